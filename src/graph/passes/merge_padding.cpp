#include "graph/passes/merge_padding.h"

#include <ATen/ops/constant_pad_nd.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// Products with zeros, for each value of the input, that cost less than copying the input does. Measured: depthwise
/// convolutions (2) gain in int8 and in float, a stem of 3 to 32 channels (56) in int8, 64 to 128 (224) in neither.
constexpr int64_t kMostProducts = 64;

/// Places on both sides of each axis, in the convolution's order.
struct Sides {
  std::vector<int64_t> before, after;
  [[nodiscard]] bool are_even() const { return before == after; }
};

int64_t axes_of(const jit::Node* node) {
  const auto kind = short_kind(node);
  return kind == "conv1d" ? 1 : kind == "conv2d" ? 2 : kind == "conv3d" ? 3 : 0;
}

/// What the convolution pads its input with, together with a node that pads it with zeros before; nothing where there
/// is no such node.
std::optional<Sides> sides_of(const jit::Node* convolution) {
  const auto axes = static_cast<size_t>(axes_of(convolution));
  if (axes == 0) return std::nullopt;
  const auto* pad = convolution->input(0)->node();
  if (pad->kind() != c10::aten::constant_pad_nd) return std::nullopt;
  const auto places = constant_argument(pad, "pad"), value = constant_argument(pad, "value");
  const auto own = constant_argument(convolution, "padding");
  if (!places.isIntList() || !own.isIntList() || !value.isScalar() || value.toScalar().toDouble() != 0)
    return std::nullopt;
  const auto given = places.toIntVector();
  const bool takes_away = std::any_of(given.begin(), given.end(), [](int64_t side) { return side < 0; });
  if (takes_away || given.size() > 2 * axes) return std::nullopt;
  Sides sides{for_each_axis(own.toIntVector(), int64_t(axes)), {}};
  sides.after = sides.before;
  for (size_t i = 0; i < given.size(); ++i)  // the last axis first
    (i % 2 == 0 ? sides.before : sides.after)[axes - 1 - i / 2] += given[i];
  return sides;
}

void take_padding(jit::Node* convolution, const std::vector<int64_t>& padding) {
  convolution->replaceInput(0, convolution->input(0)->node()->input(0));
  set_argument(convolution, "padding", constant_before(convolution, padding));
}

std::vector<int64_t> numbers(const jit::Node* convolution, const char* name) {
  const auto value = constant_argument(convolution, name);
  return value.isIntList() ? for_each_axis(value.toIntVector(), axes_of(convolution))
                           : std::vector<int64_t>();
}

/// Zeros that make both sides even, as at::constant_pad_nd() adds them to the kernel; nothing where none do.
std::optional<std::vector<int64_t>> zeros_of(const Sides& sides, const std::vector<int64_t>& dilation) {
  std::vector<int64_t> zeros;
  for (size_t axis = sides.before.size(); axis-- > 0;) {
    const int64_t more_after = sides.after[axis] - sides.before[axis];
    if (more_after % dilation[axis] != 0) return std::nullopt;
    zeros.push_back(std::max<int64_t>(more_after / dilation[axis], 0));
    zeros.push_back(std::max<int64_t>(-more_after / dilation[axis], 0));
  }
  return zeros;
}

bool are_cheap(const jit::Node* convolution, const at::Tensor& kernel, const at::Tensor& larger) {
  const auto groups = constant_argument(convolution, "groups");
  if (!groups.isInt()) return false;
  const int64_t channels = kernel.size(0) * kernel.size(1);
  int64_t products = (larger.numel() - kernel.numel()) / channels * kernel.size(0) / groups.toInt();
  for (const int64_t step : numbers(convolution, "stride")) products /= step;
  return products <= kMostProducts;
}

void merge_uneven(jit::Module& module, jit::Node* convolution, const Sides& sides) {
  const auto path = attribute_path(argument(convolution, "weight"));
  const auto weight = path ? find_attribute(module, *path) : std::nullopt;
  const auto dilation = numbers(convolution, "dilation");
  if (!weight || !weight->isTensor() || dilation.empty() || numbers(convolution, "stride").empty()) return;
  const auto zeros = zeros_of(sides, dilation);
  if (!zeros) return;
  const auto kernel = weight->toTensor().detach(), larger = at::constant_pad_nd(kernel, *zeros);
  if (!are_cheap(convolution, kernel, larger)) return;
  std::vector<int64_t> padding;
  for (size_t axis = 0; axis < dilation.size(); ++axis)
    padding.push_back(std::max(sides.before[axis], sides.after[axis]));
  const auto name = convolution->output()->debugName() + ".padded_weight";
  set_attribute(module, name, larger, c10::TensorType::get(), /*is_parameter=*/false);
  take_padding(convolution, padding);
  const jit::WithInsertPoint here(convolution);
  set_argument(convolution, "weight", emit_attribute(*convolution->owningGraph(), module, name));
}

}  // namespace

void merge_padding(jit::Module& module) {
  const auto graph = module.get_method("forward").graph();
  for (auto* node : nodes_of(graph->block()))
    if (const auto sides = sides_of(node); sides && sides->are_even()) take_padding(node, sides->before);
  jit::EliminateDeadCode(graph->block());
}

void merge_uneven_padding(jit::Module& module,
                          const std::function<bool(const jit::Node* convolution)>& may_grow) {
  for (auto* node : nodes_of(module.get_method("forward").graph()->block()))
    if (const auto sides = sides_of(node); sides && may_grow(node)) merge_uneven(module, node, *sides);
}

}  // namespace qtool
