#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "catch.h"
#include "export/onnx/objections.h"
#include "export/onnx/operators.h"
#include "graph/builder.h"
#include "graph/passes/canonicalise.h"
#include "grid/affine.h"
#include "onnx_text.h"
#include "small_net.h"

using namespace qtool;

namespace {

/// Of sequences [4, 6, 3], whose state is two values.
SmallNet lstm(const std::string& call) {
  return {"h = torch.zeros([1, x.size(0), 2]); return " + call,
          {{"wi", {8, 3}}, {"wh", {8, 2}}, {"bi", {8}}, {"bh", {8}}},
          {4, 6, 3}};
}

const char* kOneLayer = "torch.lstm(x, [h, h], [wi, wh, bi, bh], True, 1, 0., False, False, True)[0]";

const at::Tensor& values_of(const onnx::Model& model, const std::string& name) {
  const auto found = std::find_if(model.initializers.begin(), model.initializers.end(),
                                  [&](const auto& initializer) { return initializer.name == name; });
  REQUIRE(found != model.initializers.end());
  return found->values;
}

/// Rows i, f, g, o of two as i, o, f, c.
const std::vector<int64_t> kRows = {0, 1, 6, 7, 2, 3, 4, 5};

}  // namespace

TEST_CASE("an LSTM whose state begins with zeros is one operator between what turns batch and steps") {
  CHECK_THAT(
      onnx::converted_text(lstm(kOneLayer)),
      contains("Transpose(x) perm=[1,0,2]") && contains(" = LSTM(lstm.0") &&
          contains(
              ", lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0) direction=forward hidden_size=2") &&
          contains("Squeeze(") && contains("[1])"));
}

TEST_CASE("gates stand in ONNX's order") {
  const auto net = lstm(kOneLayer);
  const auto model = onnx::converted(net, noise(net.input, 5));
  const auto rows = at::tensor(kRows);
  CHECK(values_of(model, "lstm.weight_ih_l0")
            .equal((noise({8, 3}, 1) * 0.3).index_select(0, rows).unsqueeze(0)));
  const auto biases = values_of(model, "lstm.bias_ih_l0");
  REQUIRE(biases.sizes() == at::IntArrayRef({1, 16}));
  CHECK(biases[0].slice(0, 8).equal((noise({8}, 4) * 0.3).index_select(0, rows)));
}

TEST_CASE("int8 weights are the integers and scales of other files, and gathered in ONNX's order") {
  const auto net = lstm(kOneLayer);
  const auto input = noise(net.input, 5);
  const auto solution = prepare(build(net), input, {}, {.name = "OpenVINO", .float_outputs = true});
  const onnx::Grids grids(solution.plan, solution.qparams, {});
  const auto model = onnx::convert(solution.model, {input}, &grids);
  const auto& op = *std::find_if(solution.plan.operators.begin(), solution.plan.operators.end(),
                                 [](const auto& planned) { return planned.kind == "aten::lstm"; });
  REQUIRE(op.precision == Precision::kWeightOnly);
  const auto& qparams = solution.qparams[op.listed_weight_sites.at(0)];
  CHECK(values_of(model, "lstm.weight_ih_l0:weight/quantized")
            .equal(quantize(noise({8, 3}, 1) * 0.3, qparams).to(at::kChar)));
  CHECK(values_of(model, "lstm.weight_ih_l0:weight/scale").equal(qparams.scales().to(at::kFloat)));
  CHECK(values_of(model, "lstm/rows").equal(at::tensor(kRows).unsqueeze(0)));
  CHECK_THAT(onnx::text_of(model),
             contains("lstm.weight_hh_l0:weight = DequantizeLinear(lstm.weight_hh_l0:weight/quantized, "
                      "lstm.weight_hh_l0:weight/scale, lstm.weight_hh_l0:weight/zero_point) axis=0") &&
                 contains("= Gather(lstm.weight_hh_l0:weight, lstm/rows) axis=0"));
}

TEST_CASE("projections are objected to before any data is read") {
  const auto objections = onnx::objections(canonicalise(
      build({"h = torch.zeros([1, x.size(0), 1]); c = torch.zeros([1, x.size(0), 2]); "
             "return torch.lstm(x, [h, c], [wi, wh, bi, bh, wr], True, 1, 0., False, False, True)[0]",
             {{"wi", {8, 3}}, {"wh", {8, 1}}, {"bi", {8}}, {"bh", {8}}, {"wr", {1, 2}}},
             {4, 6, 3}})));
  REQUIRE(objections.size() == 1);
  CHECK_THAT(objections[0], contains("ONNX has no form of aten::lstm: it has projections"));
}
