#pragma once
#include <string>
#include <string_view>

namespace qtool {

/// Why the code of a model may not call an operator (`aten::save`); empty where it may. What only computes is allowed,
/// by its namespace; what opens, writes, sends, spawns or asks the environment is not. tests/graph asks of every
/// operator of LibTorch that takes a text whether it stands on the right side.
[[nodiscard]] std::string why_refused(std::string_view name);

/// Whether the code of a model may use a class of LibTorch
/// (`__torch__.torch.classes.quantized.Conv2dPackedParamsBase`).
[[nodiscard]] bool is_allowed_class(std::string_view name);

}  // namespace qtool
