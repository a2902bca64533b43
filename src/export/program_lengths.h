#pragma once
#include <string>
#include <vector>

#include "export/onnx/free_lengths.h"

namespace qtool {

/// The lengths that a program of torch.export leaves open, whose models/model.json this is: symbols that stand alone
/// for sizes of its inputs, and not for the first one, the batch.
[[nodiscard]] std::vector<onnx::FreeLength> program_lengths(const std::string& program);

}  // namespace qtool
