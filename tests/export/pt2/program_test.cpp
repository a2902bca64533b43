#include "export/pt2/program.h"

#include <ATen/ops/ones.h>

#include "catch.h"
#include "program_text.h"
#include "small_net.h"

using namespace qtool;

namespace {

Pt2Program program(const SmallNet& net, const Json& like = nullptr) {
  const auto model = build(net);
  const SizeRuns runs(model.module(), inputs_like({noise(net.input, 5)}, true));
  return program_of(model.module(), runs, like);
}

std::string text(const std::string& body, const std::vector<int64_t>& input = {2, 6}) {
  return text_of(program({body, {}, input}).graph_module.at("graph"));
}

}  // namespace

TEST_CASE("an operator has its arguments by name, without defaults behind the last that is none") {
  const auto made = program({"return torch.linear(x, w1)", {{"w1", {5, 6}}}, {2, 6}});
  const Json& node = made.graph_module.at("graph").at("nodes").at(0);
  CHECK(node.at("target") == "torch.ops.aten.linear.default");
  REQUIRE(node.at("inputs").size() == 2);
  CHECK(node.at("inputs").at(1).at("name") == "weight");
  CHECK(node.at("inputs").at(1).at("arg").at("as_tensor").at("name") == "p_w1");
  REQUIRE(made.tensors.size() == 1);
  CHECK(made.tensors[0].name == "w1");
  CHECK(made.tensors[0].is_parameter);
  CHECK(made.graph_module.at("signature").at("input_specs").at(0).at("parameter").at("parameter_name") ==
        "w1");
  CHECK_THAT(text("return torch.softmax(x, 1)"),
             contains("aten.softmax.int(x_1, 1)") || contains("aten.softmax.int(x, 1)"));
  CHECK_THAT(text("return torch.gelu(x, approximate='tanh')"), contains(", tanh)"));
}

TEST_CASE("what nothing reads is not written, but for what writes into a tensor") {
  const auto written = text("y = torch.neg(x); z = torch.exp(x); y.add_(1); return y");
  CHECK_THAT(written, contains("aten.neg.default") && contains("aten.add_.Scalar") && !contains("exp"));
}

TEST_CASE("a size is computed once, from the input that has it") {
  const auto written = text("n = x.size(0); return x.reshape([n * 3, 2]).reshape([2 * n, 3])");
  CHECK_THAT(written, contains("sym_size = aten.sym_size.int(") && !contains("sym_size_1"));
  CHECK_THAT(written,
             contains("mul = _operator.mul(3, sym_size)") && contains("mul_1 = _operator.mul(2, sym_size)"));
}

TEST_CASE("a list that an operator makes is picked from by its elements' names") {
  const auto written = text("a, b = torch.chunk(x, 2, 1); return torch.sub(b, a)");
  CHECK_THAT(written,
             (contains("[a, b] = aten.chunk.default(") && contains("aten.sub.Tensor(b, a)")) ||
                 (contains("[a_1, b_1] = aten.chunk.default(") && contains("aten.sub.Tensor(b_1, a_1)")));
}

TEST_CASE("a program takes the names of one that it is like, and its nesting") {
  const Json like = {{"signature",
                      {{"input_specs",
                        {{{"user_input", {{"arg", {{"as_tensor", {{"name", "image"}}}}}}}},
                         {{"constant_input", {{"name", "flag"}, {"value", {{"as_bool", true}}}}}},
                         {{"parameter", {{"arg", {{"name", "p_old"}}}, {"parameter_name", "old"}}}}}}}},
                     {"module_call_graph", {{{"fqn", ""}, {"signature", "theirs"}}}}};
  const auto made = program({"return torch.relu(x)", {}, {2, 6}}, like).graph_module;
  CHECK_THAT(text_of(made.at("graph")), contains("aten.relu.default(image)"));
  CHECK(made.at("graph").at("inputs").size() == 2);  // of its own parameters it reads none
  CHECK(made.at("signature").at("input_specs").at(1).contains("constant_input"));
  CHECK(made.at("module_call_graph").at(0).at("signature") == "theirs");
}

TEST_CASE("what a program cannot say is refused by value or by operator") {
  CHECK_THROWS_WITH(
      text("return x.reshape([-1, 1]).repeat(x.size(0), 1).reshape([6, x.size(0) * x.size(0)])"),
      contains("cannot say how a value is computed"));
  CHECK_THROWS_WITH(text("return torch.nonzero(x)"),
                    contains("aten::nonzero") && contains("depends on data"));
  const auto reasons = why_no_program(build({"return torch.nonzero(x)", {}}).module());
  REQUIRE(reasons.size() == 1);
  CHECK_THAT(reasons[0], contains("aten::nonzero (") && contains("the size of its result depends on data"));
  CHECK(why_no_program(build({"return x.reshape([x.size(0), -1])", {}}).module()).empty());
}
