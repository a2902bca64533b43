#include "export/onnx/write_onnx.h"

#include "catch.h"
#include "data/files.h"
#include "export/onnx/write_model.h"
#include "graph/passes/canonicalise.h"
#include "graph/read/onnx_file.h"
#include "onnx_text.h"
#include "small_net.h"

using namespace qtool;

namespace {

const SmallNet kNet{"y = torch.relu(torch.conv2d(x, w, b)); return torch.max_pool2d(y, [2, 2])",
                    {{"w", {4, 3, 1, 1}}, {"b", {4}}}};

/// With the numbers of equal names left out, so that lines say what is where.
std::string quantized_text(const onnx::GridStyle& style, const Backend& backend = {"x86", 8}) {
  const auto input = noise({2, 3, 4, 4}, 5);
  const auto solution = prepare(build(kNet), input, {}, backend);
  const onnx::Grids grids(solution.plan, solution.qparams, style);
  return onnx::text_of(onnx::convert(solution.model, {input}, &grids));
}

}  // namespace

TEST_CASE("a float graph has the operators of the model, and nothing else") {
  const auto model = onnx::convert(canonicalise(build(kNet)), {noise({2, 3, 4, 4}, 5)});
  CHECK(onnx::text_of(model) ==
        "conv2d = Conv(x, conv2d.weight, conv2d.bias) dilations=[1,1] group=1 pads=[0,0,0,0] strides=[1,1]\n"
        "relu = Relu(conv2d)\n"
        "max_pool2d = MaxPool(relu) ceil_mode=0 dilations=[1,1] kernel_shape=[2,2] pads=[0,0,0,0] "
        "strides=[2,2]\n"
        "output = Identity(max_pool2d)\n"
        "-> output\n");
  CHECK(std::get<std::string>(model.inputs.at(0).shape.at(0)) == "batch");
  CHECK(std::get<int64_t>(model.inputs[0].shape.at(1)) == 3);
  CHECK(std::get<std::string>(model.outputs.at(0).shape.at(0)) == "batch");
  CHECK(std::get<int64_t>(model.outputs[0].shape.at(3)) == 2);
}

TEST_CASE("grids are QDQ pairs that are called after sites, as the runtime wants them") {
  const std::string input =
      "conv2d:input/quantized = QuantizeLinear(x, conv2d:input/scale, conv2d:input/zero_point)\n"
      "conv2d:input = DequantizeLinear(conv2d:input/quantized, conv2d:input/scale, "
      "conv2d:input/zero_point)\n";
  const std::string output =
      "conv2d:output/quantized = QuantizeLinear(relu, conv2d:output/scale, conv2d:output/zero_point)\n"
      "conv2d:output = DequantizeLinear(conv2d:output/quantized, conv2d:output/scale, "
      "conv2d:output/zero_point)\n";
  const auto plain = quantized_text({});
  CHECK_THAT(plain, contains(input) && contains(output) &&
                        contains("Conv(conv2d:input, conv2d:weight, conv2d.bias)") &&
                        contains("= MaxPool(conv2d:output)") && !contains("conv2d:output/quantized_2"));
  const auto onnxruntime = quantized_text({.int32_bias = true, .after_moves = true});
  CHECK_THAT(onnxruntime,
             contains("conv2d:bias = DequantizeLinear(conv2d:bias/quantized, conv2d:bias/scale) axis=0") &&
                 contains("Conv(conv2d:input, conv2d:weight, conv2d:bias)") &&
                 contains("conv2d:output/quantized_2 = QuantizeLinear(max_pool2d"));
}

TEST_CASE("a runtime of int8 activations gets them around zero") {
  const auto input = noise({2, 3, 4, 4}, 5);
  const auto solution = prepare(build(kNet), input, {}, {.name = "TensorRT", .symmetric_activations = true});
  const onnx::Grids grids(solution.plan, solution.qparams, {.signed_activations = true});
  const auto model = onnx::convert(solution.model, {input}, &grids);
  int zero_points = 0;
  for (const auto& [name, values, is_int4] : model.initializers) {
    CHECK_FALSE(is_int4);
    if (name.find("zero_point") == std::string::npos) continue;
    ++zero_points;
    CHECK(values.scalar_type() == at::kChar);
    CHECK(values.abs().max().item<int64_t>() == 0);
  }
  CHECK(zero_points > 0);
}

TEST_CASE("weights of four bits are INT4 in the file, and int8 behind a Cast") {
  const auto input = noise({2, 3, 4, 4}, 5);
  for (const int bits : {2, 4, 5}) {
    Recipe recipe;
    recipe.weight_bits = bits;
    const auto solution = prepare(build(kNet), input, recipe, {"x86", 8});
    const onnx::Grids grids(solution.plan, solution.qparams, {.int4_weights = true});
    const auto model = onnx::convert(solution.model, {input}, &grids);
    const auto cast = contains("conv2d:weight/quantized = Cast(conv2d:weight/quantized/packed) to=3");
    if (bits <= 4)
      CHECK_THAT(onnx::text_of(model), cast);
    else
      CHECK_THAT(onnx::text_of(model), !cast);
    for (const auto& [name, values, is_int4] : model.initializers)
      CHECK(is_int4 == (name == "conv2d:weight/quantized/packed"));
  }
}

TEST_CASE("the file says what it holds, and is the same each time") {
  const TemporaryFolder folder;
  auto model = onnx::convert(canonicalise(build(kNet)), {noise({2, 3, 4, 4}, 5)});
  model.metadata["qtool_manifest"] = "{}";
  onnx::write_model(model, folder / "a.onnx");
  CHECK(get(folder / "a.onnx") == onnx::serialize(model));
  const auto file = read_onnx(folder / "a.onnx");
  CHECK(file.producer.rfind("qtool", 0) == 0);
  REQUIRE(file.inputs.size() == 1);
  CHECK(file.inputs[0].name == "x");
  REQUIRE(file.outputs.size() == 1);
  CHECK(file.outputs[0].name == "output");
}

TEST_CASE("without data there are no shapes, and the error says so") {
  CHECK_THROWS_WITH(onnx::convert(canonicalise(build(kNet)), {}), contains("needs the shapes"));
}
