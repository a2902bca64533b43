#pragma once
#include <string>

#include "export/onnx/onnx_model.h"
#include "small_net.h"

namespace qtool::onnx {

/// The float net as ONNX, for noise of its input's shape; CHECKs that nothing was objected to before.
[[nodiscard]] Model converted(const SmallNet& net, const at::Tensor& input);
/// A line for each node of such a model but the last Identity: constants of whole numbers and small ones stand as they
/// are, other weights by name, and attributes in order. Values
/// without a name, which have a number of LibTorch's, are #1, #2 and so on.
[[nodiscard]] std::string converted_text(const SmallNet& net);
/// What converting the net is refused with; empty where it is not.
[[nodiscard]] std::string refusal_of(const SmallNet& net);
/// The same of a network that returns an expression of x, [2, 3, 6, 7].
[[nodiscard]] std::string expression_text(
    const std::string& expression,
    const std::vector<std::pair<std::string, std::vector<int64_t>>>& parameters = {});
[[nodiscard]] std::string expression_refusal(const std::string& expression);

/// A line for each node, `y = Conv(x, w) group=1`, then `-> y` for each output.
[[nodiscard]] std::string text_of(const Model& model);

}  // namespace qtool::onnx
