#pragma once
#include <string>
#include <vector>

#include "explain/trial.h"
#include "export/torchscript/engine.h"
#include "graph/model.h"

namespace qtool {

/// Warnings where the file gives worse results under another engine than it does under `chosen`: a client's LibTorch
/// packs the weights anew for whatever engine it has. QNNPACK is neither asked nor looked at: on x86 nobody has it by
/// default.
[[nodiscard]] std::vector<std::string> warnings_of_other_engines(const std::string& int8_file, Model& int8,
                                                                 Engine chosen, const Trial& trial);

}  // namespace qtool
