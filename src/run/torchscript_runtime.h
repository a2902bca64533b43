#pragma once
#include <memory>

#include "graph/model.h"
#include "run/runtime_model.h"

namespace qtool {

/// A TorchScript model under LibTorch's own executor. Throws Error(kUsage) by name where an input is no tensor.
[[nodiscard]] std::unique_ptr<RuntimeModel> torchscript_runtime(Model model);

}  // namespace qtool
