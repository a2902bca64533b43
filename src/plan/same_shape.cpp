#include "plan/same_shape.h"

#include <algorithm>
#include <array>

namespace qtool {
namespace {

/// Operators whose result has the shape of their only input.
constexpr std::array kElementwise = {"aten::relu",       "aten::hardtanh", "aten::hardswish",
                                     "aten::leaky_relu", "aten::elu",      "aten::batch_norm",
                                     "aten::sigmoid",    "aten::silu",     "aten::hardsigmoid"};

bool is_elementwise(const OperatorView& op) {
  return op.inputs.size() == 1 && std::any_of(kElementwise.begin(), kElementwise.end(),
                                              [&](const char* kind) { return op.kind == kind; });
}

/// Its sides are those of its input over its stride, rounded up.
bool pads_what_it_cuts(const OperatorView& op) {
  for (const auto* list : {"padding", "dilation", "stride"})
    if (!op.lists.contains(list) || op.lists.at(list).size() != 2) return false;
  for (size_t axis = 0; axis < 2; ++axis) {
    const auto side = op.weight.size(static_cast<int64_t>(axis) + 2);
    if (2 * op.lists.at("padding")[axis] != op.lists.at("dilation")[axis] * (side - 1)) return false;
  }
  return true;
}

}  // namespace

ImageShapes::ImageShapes(const GraphView& graph) {
  for (const auto& op : graph.operators) makers_[op.name] = &op;
}

bool ImageShapes::are_same(const std::string& a, const std::string& b) const {
  const auto left = shape_of(a), right = shape_of(b);
  return left.channels && left.channels == right.channels && left.since == right.since &&
         left.stride == right.stride;
}

ImageShapes::Shape ImageShapes::shape_of(const std::string& value) const {
  const auto found = makers_.find(value);
  Shape unknown{value, {1, 1}, std::nullopt};
  if (found == makers_.end()) return unknown;
  const auto& op = *found->second;
  if (is_elementwise(op)) return shape_of(op.inputs[0]);
  if (op.kind == "aten::add" && op.inputs.size() == 2)
    return are_same(op.inputs[0], op.inputs[1]) ? shape_of(op.inputs[0]) : unknown;
  if (op.kind == "aten::max_pool2d") return {value, {1, 1}, shape_of(op.inputs[0]).channels};
  return op.kind == "aten::conv2d" && op.weight.defined() && op.inputs.size() == 1 ? behind_convolution(op)
                                                                                   : unknown;
}

ImageShapes::Shape ImageShapes::behind_convolution(const OperatorView& op) const {
  Shape shape{op.name, {1, 1}, op.weight.size(0)};
  if (!pads_what_it_cuts(op)) return shape;
  const auto before = shape_of(op.inputs[0]);
  shape.since = before.since;
  for (size_t axis = 0; axis < 2; ++axis)
    shape.stride[axis] = before.stride[axis] * op.lists.at("stride")[axis];
  return shape;
}

}  // namespace qtool
