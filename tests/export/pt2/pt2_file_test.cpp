#include "export/pt2/pt2_file.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>

#include <nlohmann/json.hpp>

#include "data/files.h"
#include "graph/read/pt2_tensors.h"
#include "graph/read/records.h"
#include "grid/affine.h"
#include "program_text.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// A file that was written, and what is in it.
struct WrittenProgram {
  Solution solution;
  Json program, weights;
  std::map<std::string, Pt2Tensor> tensors;
  std::string bytes;
};

WrittenProgram write(const SmallNet& net, const Pt2Dialect& dialect = kInductorDialect,
                     const Recipe& recipe = {}) {
  const auto original = build(net);
  const TemporaryFolder folder;
  const auto path = folder / "model.pt2";
  WrittenProgram written{prepare(original, noise(net.input, 5), recipe), {}, {}, {}, ""};
  write_pt2(written.solution, {.example = {noise(net.input, 7)}, .manifest = R"({"from": "a test"})"},
            dialect, path);
  const Records records(path);
  written.program = Json::parse(records.bytes("models/model.json"));
  written.weights = Json::parse(records.bytes("data/weights/model_weights_config.json"));
  written.tensors = read_pt2_tensors(records, "data/weights/", written.weights);
  CHECK(records.bytes("extra/qtool_manifest.json") == R"({"from": "a test"})");
  written.bytes = get(path);
  return written;
}

const Json& graph_of(const WrittenProgram& written) { return written.program.at("graph_module").at("graph"); }

std::string text_of(const WrittenProgram& written) { return qtool::text_of(graph_of(written)); }

const SmallNet kConvRelu = {"return torch.relu(torch.conv2d(x, w, b))", {{"w", {4, 3, 3, 3}}, {"b", {4}}}};

}  // namespace

TEST_CASE("a convolution stands between steps that TorchInductor fuses, without its float weight") {
  const auto written = write(kConvRelu);
  CHECK(text_of(written) ==
        R"(conv2d_input_int8 = quantized_decomposed.quantize_per_tensor.default(x, S, Z, 0, 255, 1)
conv2d_input_float = quantized_decomposed.dequantize_per_tensor.default(conv2d_input_int8, S, Z, 0, 255, 1)
)"
        R"(conv2d_weight_float = quantized_decomposed.dequantize_per_channel.default(b_conv2d_weight_int8, )"
        R"(b_conv2d_weight_scale, b_conv2d_weight_zero_point, 0, -127, 127, 2)
conv2d = aten.conv2d.default(conv2d_input_float, conv2d_weight_float, p_conv2d_bias)
relu = aten.relu.default(conv2d)
conv2d_output_int8 = quantized_decomposed.quantize_per_tensor.default(relu, S, Z, 0, 255, 1)
conv2d_output_float = quantized_decomposed.dequantize_per_tensor.default(conv2d_output_int8, S, Z, 0, 255, 1)
)");
  const auto& qparams = written.solution.qparams[*written.solution.plan.operators[0].weight_site];
  const auto weight = written.solution.model.parameters()[0].tensor;
  CHECK(written.tensors.size() == 4);
  CHECK(at::equal(written.tensors.at("conv2d.weight_int8").value.to(at::kLong), quantize(weight, qparams)));
  CHECK(at::equal(written.tensors.at("conv2d.weight_scale").value.to(at::kDouble), qparams.scales()));
  CHECK_FALSE(written.tensors.at("conv2d.weight_int8").is_parameter);
  CHECK(written.tensors.at("conv2d.bias").is_parameter);
}

TEST_CASE("scales are those of the solution to the last bit, and zero points those of the type") {
  for (const auto& dialect : {kInductorDialect, kExecutorchDialect}) {
    const auto written = write(kConvRelu, dialect);
    const Json& first = graph_of(written).at("nodes").at(0).at("inputs");
    const auto& plan = written.solution.plan;
    const auto& input = written.solution.qparams[plan.grid_of.at(plan.operators[0].inputs[0])];
    CHECK(first.at(1).at("arg").at("as_float").get<double>() == input.scale());
    CHECK(first.at(2).at("arg").at("as_int").get<int64_t>() == input.zero_point() + dialect.shift);
    CHECK(first.at(3).at("arg").at("as_int").get<int64_t>() == dialect.shift);
    CHECK(first.at(4).at("arg").at("as_int").get<int64_t>() == 255 + dialect.shift);
    CHECK(first.at(5).at("arg").at("as_scalar_type").get<int64_t>() == (dialect.shift == 0 ? 1 : 2));
  }
}

TEST_CASE("steps tell the site that they belong to") {
  const auto written = write(kConvRelu);
  const Json& nodes = graph_of(written).at("nodes");
  CHECK(nodes.at(0).at("metadata").at("custom").get<std::string>() == R"({"site":"conv2d:input"})");
  CHECK(nodes.at(2).at("metadata").at("custom").get<std::string>() == R"({"site":"conv2d:weight"})");
  CHECK(nodes.at(3).at("metadata").empty());
}

TEST_CASE("each reader has a step to float of its own, and what moves values stands between steps") {
  const auto text =
      text_of(write({"h = torch.conv2d(x, w); return torch.flatten(h + h, 1)", {{"w", {4, 3, 1, 1}}}}));
  CHECK_THAT(text, contains("add = aten.add.Tensor(conv2d_output_float, conv2d_output_float_1)") ||
                       contains("add = aten.add.Tensor(conv2d_output_float_1, conv2d_output_float)"));
  CHECK_THAT(text, contains("flatten = aten.flatten.using_ints(add_output_float"));
  CHECK_THAT(text, contains("quantize_per_tensor.default(flatten, S, Z, 0, 255, 1)"));
}

TEST_CASE("averages are taken in whole steps, which lie on both sides of them") {
  const auto written =
      write({"return torch.adaptive_avg_pool2d(torch.conv2d(x, w), [1, 1])", {{"w", {4, 3, 1, 1}}}});
  const Json& nodes = graph_of(written).at("nodes");
  const auto scale = [&](size_t node) {
    return nodes.at(node).at("inputs").at(1).at("arg").at("as_float").get<double>();
  };
  REQUIRE(nodes.at(nodes.size() - 3).at("target") == "torch.ops.aten.adaptive_avg_pool2d.default");
  CHECK(scale(nodes.size() - 4) == 1);
  CHECK(scale(nodes.size() - 2) == 1);
  CHECK(scale(nodes.size() - 1) == written.solution.qparams.back().scale());
}

TEST_CASE("grids of fewer bits are clamped to, since kernels saturate at eight") {
  Recipe recipe;
  recipe.activation_bits = 4;
  const auto text = text_of(write(kConvRelu, kExecutorchDialect, recipe));
  CHECK_THAT(text, contains("aten.clamp.default(x, "));
  CHECK_THAT(text, contains(", S, Z, -128, -113, 2)"));
}

TEST_CASE("the batch is a symbol, and sizes are computed from the inputs' own") {
  const auto written =
      write({"h = torch.conv2d(x, w); return h.reshape([h.shape[0] * 2, -1])", {{"w", {4, 3, 1, 1}}}});
  CHECK_THAT(text_of(written), contains("sym_size = aten.sym_size.int(x, 0)"));
  CHECK_THAT(text_of(written), contains("mul = _operator.mul(2, sym_size)"));
  CHECK_THAT(text_of(written), contains("[mul, -1])"));
  const Json& values = graph_of(written).at("tensor_values");
  CHECK(values.at("x").at("sizes").at(0).at("as_expr").at("expr_str") ==
        "Symbol('s0', positive=True, integer=True)");
  CHECK(values.at("reshape").at("sizes").at(0).at("as_expr").at("expr_str") ==
        "Mul(Integer(2), Symbol('s0', positive=True, integer=True))");
  CHECK(values.at("x").at("strides").at(0).at("as_int") ==
        values.at("x").at("sizes").at(1).at("as_int").get<int>() *
            values.at("x").at("sizes").at(2).at("as_int").get<int>() *
            values.at("x").at("sizes").at(3).at("as_int").get<int>());
  CHECK(written.program.at("range_constraints").at("s0").at("min_val") == 1);
}

TEST_CASE("a model of one batch keeps it") {
  const auto written =
      write({"return torch.conv2d(x, k).view([2, 4, 16])", {{"k", {4, 3, 1, 1}}}, {2, 3, 4, 4}});
  CHECK(graph_of(written).at("tensor_values").at("x").at("sizes").at(0).at("as_int") == 2);
  CHECK(written.program.at("range_constraints").empty());
}

TEST_CASE("lists of tensors are the outputs of one node") {
  const auto text = text_of(write(
      {"a, b = torch.chunk(torch.conv2d(x, w), 2, 1); return torch.cat([b, a], 1)", {{"w", {4, 3, 1, 1}}}}));
  CHECK_THAT(text, contains("] = aten.chunk.default(") || contains("= aten.slice.Tensor("));
  CHECK_THAT(text, contains("aten.cat.default(["));
}

TEST_CASE("outputs are nested as forward() returns them") {
  const auto written =
      write({"h = torch.conv2d(x, w); return {'a': h, 'b': torch.tanh(h)}", {{"w", {4, 3, 1, 1}}}});
  const Json& root = written.program.at("graph_module").at("module_call_graph").at(0).at("signature");
  CHECK(
      root.at("out_spec").get<std::string>() ==
      R"([1,{"type":"builtins.dict","context":"[\"a\",\"b\"]","children_spec":[)"
      R"({"type":null,"context":null,"children_spec":[]},{"type":null,"context":null,"children_spec":[]}]}])");
  CHECK(root.at("forward_arg_names") == Json::array({"x"}));
  CHECK(graph_of(written).at("outputs").size() == 2);
}

TEST_CASE("the same solution gives the same bytes") {
  CHECK(write(kConvRelu).bytes == write(kConvRelu).bytes);
}

TEST_CASE("what a program cannot say is named before any data is read") {
  const auto objections = [](const std::string& body) {
    const auto model = build({body, {{"w", {4, 3, 1, 1}}}});
    return objections_to_pt2(prepare(model, noise({2, 3, 4, 4}, 5)).model);
  };
  CHECK(objections("return torch.conv2d(x, w)").empty());
  const auto branch =
      objections("h = torch.conv2d(x, w)\n  if bool(h.sum() > 0):\n    h = h + 1\n  return h");
  REQUIRE(branch.size() == 1);
  CHECK_THAT(branch[0], contains("prim::If") && contains("an if or a loop"));
  const auto data = objections("return torch.nonzero(torch.conv2d(x, w))");
  REQUIRE(data.size() == 1);
  CHECK_THAT(data[0], contains("aten::nonzero") && contains("depends on data"));
}

TEST_CASE("without data nothing tells the sizes of a TorchScript model") {
  const auto original = build(kConvRelu);
  const auto solution = prepare(original, noise(kConvRelu.input, 5));
  CHECK_THROWS_WITH(write_pt2(solution, {}, kInductorDialect, "never.pt2"), contains("give --data"));
}
