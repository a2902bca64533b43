#include "export/onnx/grids.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>

#include "catch.h"
#include "export/onnx/write_onnx.h"
#include "grid/affine.h"
#include "onnx_text.h"

using namespace qtool;

namespace {

struct Written {
  Solution solution;
  onnx::Model model;
  std::string text;
};

Written written(const SmallNet& net, const onnx::GridStyle& style, const Recipe& recipe = {},
                const Backend& backend = {"x86", 8}) {
  const auto input = noise(net.input, 5);
  auto solution = prepare(build(net), input, recipe, backend);
  const onnx::Grids grids(solution.plan, solution.qparams, style);
  auto model = onnx::convert(solution.model, {input}, &grids);
  auto text = onnx::text_of(model);
  return {std::move(solution), std::move(model), std::move(text)};
}

at::Tensor held(const Written& written, const std::string& name) {
  for (const auto& initializer : written.model.initializers)
    if (initializer.name == name) return initializer.values;
  FAIL("no " << name);
  return {};
}

const SmallNet kLinear{"return torch.linear(x, w1, b1)", {{"w1", {5, 7}}, {"b1", {5}}}};
const SmallNet kConv{"return torch.conv2d(x, w1, b1)", {{"w1", {4, 3, 1, 1}}, {"b1", {4}}}};

}  // namespace

TEST_CASE("a weight is held in integers, transposed where MatMul reads it, with the axis of its scales") {
  const auto conv = written(kConv, {}), linear = written(kLinear, {});
  const auto& solution = linear.solution;
  const auto integers = quantize(solution.model.parameters()[0].tensor,
                                 solution.qparams[*solution.plan.operators[0].weight_site]);
  CHECK(at::equal(held(linear, "linear:weight/quantized").to(at::kLong), integers.t().to(at::kLong)));
  CHECK_THAT(linear.text,
             contains("linear:weight = DequantizeLinear(linear:weight/quantized, linear:weight/scale, "
                      "linear:weight/zero_point) axis=1"));
  CHECK_THAT(conv.text, contains("conv2d:weight/zero_point) axis=0"));
  CHECK(held(conv, "conv2d:weight/zero_point").abs().max().item<int64_t>() == 0);
}

TEST_CASE("an int32 bias is in steps of the products of input and weight") {
  const auto conv = written(kConv, {.int32_bias = true});
  const auto scales = held(conv, "conv2d:weight/scale") * held(conv, "conv2d:input/scale");
  CHECK(held(conv, "conv2d:bias/quantized").scalar_type() == at::kInt);
  CHECK(at::equal(held(conv, "conv2d:bias/scale"), scales));
  const auto steps = (conv.solution.model.parameters()[1].tensor / scales).round().to(at::kInt);
  CHECK(at::equal(held(conv, "conv2d:bias/quantized"), steps));
}

TEST_CASE("a grid of fewer bits than eight ends before its type does") {
  Recipe recipe;
  recipe.activation_bits = 4;
  const auto conv = written(kConv, {}, recipe);
  CHECK_THAT(conv.text, contains("conv2d:input/clipped = Clip(x, "));
  CHECK_THAT(conv.text, contains("QuantizeLinear(conv2d:input/clipped, "));
  CHECK_THAT(written(kConv, {}).text, !contains("Clip("));
}

TEST_CASE("groups are blocks of DequantizeLinear, with scales in float16") {
  Recipe recipe;
  recipe.mode = Mode::kWeightOnly;
  recipe.weight_bits = 4;
  recipe.group_size = 32;
  const Backend backend{.name = "onnx", .int8_tables = true, .weight_groups = true};
  const auto grouped = [&](const SmallNet& net) {
    return written(net, {.int4_weights = true}, recipe, backend);
  };
  const auto linear =
      grouped({"return torch.linear(torch.flatten(x, 1), w1)", {{"w1", {5, 64}}}, {2, 4, 4, 4}});
  CHECK_THAT(linear.text, contains("linear:weight/scale = Cast(linear:weight/scale/packed) to=1"));
  CHECK_THAT(linear.text,
             contains("linear:weight = DequantizeLinear(linear:weight/quantized, linear:weight/scale) "
                      "axis=0 block_size=32"));
  CHECK_THAT(linear.text, contains("= MatMul("));
  const auto scales = held(linear, "linear:weight/scale/packed");
  CHECK(scales.scalar_type() == at::kHalf);
  CHECK(at::equal(scales.to(at::kDouble), linear.solution.qparams.at(0).scales().view({5, 2}).t()));
  CHECK(held(linear, "linear:weight/quantized/packed").sizes() == at::IntArrayRef({64, 5}));

  const auto conv = grouped({"return torch.conv2d(x, w1)", {{"w1", {4, 8, 2, 2}}}, {2, 8, 4, 4}});
  CHECK_THAT(conv.text, contains("axis=1 block_size=32"));
  CHECK_THAT(conv.text, contains("conv2d:weight/shaped = Reshape(conv2d:weight, "));
}
