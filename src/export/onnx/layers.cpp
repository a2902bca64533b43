#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "export/onnx/grids.h"
#include "export/onnx/operators.h"

namespace qtool::onnx {
namespace {

Attributes window_attributes(const Emitter& e, size_t dimensions) {
  return {{"strides", e.integers("stride", dimensions)},
          {"dilations", e.integers("dilation", dimensions)},
          {"group", e.integer("groups")}};
}

/// The weight, from int8 where it is on a grid.
std::string weight_of(Emitter& e, bool is_transposed = false) {
  const auto weight = e.argument("weight");
  if (weight.site) return e.conversion().grids()->weight(e, e.weight("weight"), *weight.site, is_transposed);
  if (!is_transposed) return e.tensor("weight");
  if (!weight.constant)
    return e.add("Transpose", {e.tensor("weight")}, {{"perm", std::vector<int64_t>{1, 0}}});
  return e.builder().constant(e.weight("weight").t(), e.hint() + ".weight");
}

std::string bias_of(Emitter& e) {
  const auto input = e.argument("input"), weight = e.argument("weight");
  if (input.site && weight.site)
    if (auto bias = e.conversion().grids()->bias(e, e.weight("bias"), *input.site, *weight.site);
        !bias.empty())
      return bias;
  return e.tensor("bias");
}

/// Input, weight, and the bias where there is one.
std::vector<std::string> layer_operands(Emitter& e) {
  std::vector<std::string> inputs = {e.tensor("input"), weight_of(e)};
  if (e.has("bias")) inputs.push_back(bias_of(e));
  return inputs;
}

/// Dimensions of the window.
size_t window_dimensions(const Emitter& e) {
  const auto dimensions = e.seen("weight").sizes.size() - 2;
  e.needs_batch("input", dimensions);
  return dimensions;
}

void convolution(Emitter& e) {
  const auto dimensions = window_dimensions(e);
  auto attributes = window_attributes(e, dimensions);
  const auto padding = e.constant("padding");
  if (padding.isString())  // 'same' puts the odd one at the end, as SAME_UPPER does
    attributes["auto_pad"] = std::string(padding.toStringRef() == "same" ? "SAME_UPPER" : "VALID");
  else
    attributes["pads"] = e.pads("padding", dimensions);
  e.out(e.add("Conv", layer_operands(e), attributes));
}

void transposed_convolution(Emitter& e) {
  const auto dimensions = window_dimensions(e);
  auto attributes = window_attributes(e, dimensions);
  attributes["pads"] = e.pads("padding", dimensions);
  attributes["output_padding"] = e.integers("output_padding", dimensions);
  e.out(e.add("ConvTranspose", layer_operands(e), attributes));
}

/// Gemm for matrices, MatMul and Add for more dimensions, and for groups, whose fused kernels are of MatMul.
void linear(Emitter& e) {
  const auto weight = e.argument("weight");
  const bool has_groups = weight.site && e.conversion().grids()->has_groups(*weight.site);
  if (e.rank("input") == 2 && !has_groups) {
    e.out(e.add("Gemm", layer_operands(e), {{"transB", int64_t(1)}}));
    return;
  }
  const auto product = e.add("MatMul", {e.tensor("input"), weight_of(e, true)});
  e.out(e.has("bias") ? e.add("Add", {product, e.tensor("bias")}) : product);
}

void matrix_product(Emitter& e) {
  const auto& arguments = e.node()->schema().arguments();
  e.out(e.add("MatMul", {e.tensor("self"), e.tensor(arguments[1].name())}));
}

/// beta * self + alpha * (a @ b).
void add_product(Emitter& e) {
  const auto& arguments = e.node()->schema().arguments();
  const auto type = e.type("self");
  const auto product = e.add("MatMul", {e.tensor(arguments[1].name()), e.tensor(arguments[2].name())});
  e.out(e.add("Add", {e.scaled(product, e.number("alpha"), type),
                      e.scaled(e.tensor("self"), e.number("beta"), type)}));
}

void einsum(Emitter& e) {
  std::vector<std::string> inputs;
  for (const auto& element : e.elements("tensors")) inputs.push_back(e.tensor(element));
  e.out(e.add("Einsum", inputs, {{"equation", e.constant("equation").toStringRef()}}));
}

void embedding(Emitter& e) {
  if (const auto weight = e.argument("weight"); weight.site)
    return e.out(e.conversion().grids()->rows(e, e.weight("weight"), *weight.site, e.tensor("indices")));
  e.out(e.add("Gather", {e.tensor("weight"), e.tensor("indices")}, {{"axis", int64_t(0)}}));
}

/// A norm's weight or bias as it is, or of `shape` where it has none: ones for the weight, zeros for the bias.
std::string scale_of(const Emitter& e, at::IntArrayRef shape) {
  return e.has("weight") ? e.tensor("weight") : e.builder().constant(at::ones(shape), e.hint() + ".weight");
}
std::string shift_of(const Emitter& e, at::IntArrayRef shape) {
  return e.has("bias") ? e.tensor("bias") : e.builder().constant(at::zeros(shape), e.hint() + ".bias");
}

float epsilon_of(const Emitter& e) { return float(e.number("eps")); }

void batch_norm(Emitter& e) {
  const auto mean = e.weight("running_mean"), variance = e.weight("running_var");
  if (!mean.defined() || !variance.defined()) e.refuse("it has no running statistics");
  e.out(e.add("BatchNormalization",
              {e.tensor("input"), scale_of(e, mean.sizes()), shift_of(e, mean.sizes()),
               e.tensor("running_mean"), e.tensor("running_var")},
              {{"epsilon", epsilon_of(e)}}));
}

void layer_norm(Emitter& e) {
  const auto shape = e.integers("normalized_shape");
  std::vector<std::string> inputs = {e.tensor("input"), scale_of(e, shape)};
  if (e.has("bias")) inputs.push_back(e.tensor("bias"));
  e.out(e.add("LayerNormalization", inputs, {{"axis", -int64_t(shape.size())}, {"epsilon", epsilon_of(e)}}));
}

/// Of the values of channels, each with a weight and a bias of its own.
void channel_norm(Emitter& e, const char* type, Attributes attributes) {
  const std::vector<int64_t> channels = {e.seen("input").sizes.at(1)};
  attributes["epsilon"] = epsilon_of(e);
  e.out(e.add(type, {e.tensor("input"), scale_of(e, channels), shift_of(e, channels)}, attributes));
}

void group_norm(Emitter& e) {
  channel_norm(e, "GroupNormalization", {{"num_groups", e.integer("num_groups")}});
}

void instance_norm(Emitter& e) {
  if (!e.flag("use_input_stats")) e.refuse("it uses running statistics");
  channel_norm(e, "InstanceNormalization", {});
}

constexpr OperatorRow kLayerRows[] = {
    {"aten::conv1d", convolution},
    {"aten::conv2d", convolution},
    {"aten::conv3d", convolution},
    {"aten::conv_transpose1d", transposed_convolution},
    {"aten::conv_transpose2d", transposed_convolution},
    {"aten::conv_transpose3d", transposed_convolution},
    {"aten::linear", linear},
    {"aten::matmul", matrix_product},
    {"aten::mm", matrix_product},
    {"aten::bmm", matrix_product},
    {"aten::addmm", add_product},
    {"aten::baddbmm", add_product},
    {"aten::einsum", einsum},
    {"aten::embedding", embedding},
    {"aten::batch_norm", batch_norm},
    {"aten::layer_norm", layer_norm},
    {"aten::group_norm", group_norm},
    {"aten::instance_norm", instance_norm},
};

}  // namespace

std::span<const OperatorRow> layers() { return kLayerRows; }

}  // namespace qtool::onnx
