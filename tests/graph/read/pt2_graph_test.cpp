#include "graph/read/pt2_graph.h"

#include <ATen/ops/ones.h>
#include <torch/csrc/jit/testing/file_check.h>
#include <torch/version.h>

#include <nlohmann/json.hpp>

#include "catch.h"
#include "graph/ir/attributes.h"
#include "graph/ir/module_place.h"
#include "graph/ir/nodes.h"
#include "graph/read/flaw.h"

using namespace qtool;
using Json = nlohmann::ordered_json;
using torch::jit::testing::FileCheck;

namespace {

std::string tensor(const std::string& name) { return R"({"as_tensor": {"name": ")" + name + R"("}})"; }
[[maybe_unused]] std::string size(const std::string& name) {
  return R"({"as_sym_int": {"as_name": ")" + name + R"("}})";
}
std::string number(int value) { return R"({"as_int": )" + std::to_string(value) + "}"; }

/// `inputs`: names of parameters and their arguments.
std::string program_node(const std::string& target,
                         const std::vector<std::pair<std::string, std::string>>& inputs,
                         const std::string& output, const std::string& metadata = "{}") {
  std::string text;
  for (const auto& [name, argument] : inputs)
    text += (text.empty() ? "" : ", ") + (R"({"name": ")" + name + R"(", "arg": )" + argument + "}");
  return R"({"target": ")" + target + R"(", "inputs": [)" + text + R"(], "outputs": [)" + output +
         R"(], "metadata": )" + metadata + "}";
}

constexpr const char* kLeaf = R"({"type": null, "context": null, "children_spec": []})";

struct Program {
  std::string nodes;  ///< a list of program_node()
  std::string outputs;
  std::string tree = kLeaf;  ///< how they are nested
  std::string inputs = "";   ///< specs besides that of x
};

/// Reads a program of one input, x, whose module has the tensors fc.weight and fc.num_batches_tracked.
std::shared_ptr<torch::jit::Graph> read(const Program& program) {
  Json json;
  json["graph"] = {{"nodes", Json::parse("[" + program.nodes + "]")},
                   {"outputs", Json::parse("[" + program.outputs + "]")}};
  Json specs = Json::array();
  for (size_t i = 0; i < json["graph"]["outputs"].size(); ++i) specs.push_back({{"user_output", nullptr}});
  json["signature"] = {
      {"input_specs", Json::parse(R"([{"user_input": {"arg": )" + tensor("x") + "}}" + program.inputs + "]")},
      {"output_specs", specs}};
  json["module_call_graph"] =
      Json::parse(R"([{"fqn": "", "signature": {}}, {"fqn": "fc", "signature": {}}])");
  json["module_call_graph"][0]["signature"]["out_spec"] = "[1, " + program.tree + "]";
  static const auto module = [] {
    auto root = empty_module("Net");
    for (const char* path : {"fc.weight", "fc.num_batches_tracked"})
      set_attribute(root, path, at::ones({2, 3}), c10::TensorType::get(), /*is_parameter=*/false);
    return root;
  }();
  return read_pt2_graph(module, json);
}

void check(const Program& program, const std::vector<std::string>& lines) {
  const auto text = read(program)->toString(/*print_source_locations=*/false);
  FileCheck expected;
  for (const auto& line : lines) expected.check(line);
  expected.run(text);
}

const std::string kRelu = program_node("torch.ops.aten.relu.default", {{"self", tensor("x")}}, tensor("y"));

std::string spec_of(const std::string& kind, const std::string& name, const std::string& path) {
  return R"(, {")" + kind + R"(": {"arg": {"name": ")" + name + R"("}, ")" + kind + R"(_name": ")" + path +
         R"("}})";
}

}  // namespace

TEST_CASE("an operator gets its arguments by name, and the defaults of the others") {
  check({program_node("torch.ops.aten.linear.default", {{"weight", tensor("w")}, {"input", tensor("x")}},
                      tensor("y")),
         tensor("y"), kLeaf, spec_of("parameter", "w", "fc.weight")},
        {"prim::GetAttr[name=\"fc\"]", "prim::GetAttr[name=\"weight\"]", "= prim::Constant()",
         "aten::linear(%x, %"});
  CHECK_THROWS_WITH(
      read({program_node("torch.ops.aten.linear.default", {{"input", tensor("x")}}, tensor("y")),
            tensor("y")}),
      "aten::linear without its weight");
}

TEST_CASE("an overload for two tensors that has a number is that for a number") {
  const auto graph = read(
      {program_node("torch.ops.aten.add.Tensor", {{"self", tensor("x")}, {"other", number(3)}}, tensor("y")),
       tensor("y")});
  for (const auto* made : nodes_of(graph->block()))
    if (short_kind(made) == "add") CHECK(made->schema().overload_name() == "Scalar");
}

#if TORCH_VERSION_MAJOR >= 2  // 1.13 has no such operator
TEST_CASE("sizes are computed by Python's own operators, and checks of them go") {
  check({program_node("torch.ops.aten.sym_size.int", {{"self", tensor("x")}, {"dim", number(0)}}, size("s")) +
             ", " + program_node("_operator.mul", {{"a", size("s")}, {"b", number(2)}}, size("t")) + ", " +
             program_node("torch.ops.aten._assert_scalar.default", {{"self", size("t")}},
                          R"({"as_none": true})") +
             ", " +
             program_node(
                 "torch.ops.aten.view.default",
                 {{"self", tensor("x")}, {"size", R"({"as_sym_ints": [{"as_name": "t"}, {"as_int": -1}]})"}},
                 tensor("y")),
         tensor("y")},
        {"int = aten::sym_size(%x", "int = aten::mul(", "prim::ListConstruct(", "aten::view(%x"});
}
#endif

TEST_CASE("a list of tensors is taken apart, and outputs are nested as the program says") {
  const auto chunk =
      program_node("torch.ops.aten.chunk.default", {{"self", tensor("x")}, {"chunks", number(2)}},
                   R"({"as_tensors": [{"name": "a"}, {"name": "b"}]})");
  const std::string both = tensor("a") + ", " + tensor("b");
  const auto tree = [](const std::string& type, const std::string& context) {
    return R"({"type": ")" + type + R"(", "context": )" + context + R"(, "children_spec": [)" + kLeaf + ", " +
           kLeaf + "]}";
  };
  check({chunk, both, tree("builtins.list", "null")},
        {"Tensor[] = aten::chunk(", "prim::ListUnpack(", "Tensor[] = prim::ListConstruct("});
  check({chunk, both, tree("builtins.dict", R"("[\"p\", \"q\"]")")},
        {R"(value="p")", R"(value="q")", "Dict(str, Tensor) = prim::DictConstruct("});
  check({chunk, both, tree("builtins.tuple", "null")}, {"(Tensor, Tensor) = prim::TupleConstruct("});
  CHECK_THROWS_WITH(read({chunk, both}), "more outputs than its out_spec has");
  CHECK_THROWS_WITH(read({chunk, tensor("a"), tree("builtins.tuple", "null")}),
                    "fewer outputs than its out_spec has");
}

TEST_CASE("a body that runs without gradients stands in the place of its call") {
  const auto body = R"({"as_graph": {"graph": {"inputs": [)" + tensor("p") + R"(], "nodes": [)" +
                    program_node("torch.ops.aten.neg.default", {{"self", tensor("p")}}, tensor("q")) +
                    R"(], "outputs": [)" + tensor("q") + "]}}}";
  check({program_node("torch.ops.higher_order.wrap_with_set_grad_enabled",
                      {{"", R"({"as_bool": false})"}, {"", body}, {"", tensor("x")}},
                      R"({"as_tensors": [{"name": "y"}]})"),
         tensor("y")},
        {"aten::neg(%x)", "return (%"});
}

TEST_CASE("a node keeps its innermost module and its line of the user's own source") {
  const auto graph =
      read({program_node("torch.ops.aten.relu.default", {{"self", tensor("x")}}, tensor("y"),
                         R"j({"nn_module_stack": "L__self__,,Net;L__self___fc,fc,torch.nn.Linear",
     "stack_trace": "  File \"net.py\", line 12, in forward\n    y = self.fc(x)\n)j"
                         R"j(  File \"torch/nn/f.py\", line 5, in relu\n    return 1"})j"),
            tensor("y")});
  const auto* relu = *graph->nodes().begin();
  CHECK(source_of(relu) == "net.py:12");
  CHECK(place_of(relu).path == "fc");
  CHECK(place_of(relu).is_leaf);
}

TEST_CASE("a counter of batches is not counted on, any other written buffer is refused") {
  const auto count =
      program_node("torch.ops.aten.add_.Tensor", {{"self", tensor("n")}, {"other", number(1)}}, tensor("m"));
  check({count + ", " + kRelu, tensor("y"), kLeaf, spec_of("buffer", "n", "fc.num_batches_tracked")},
        {"aten::relu(%x)"});
  CHECK_THROWS_WITH(read({count + ", " + kRelu, tensor("y"), kLeaf, spec_of("buffer", "n", "fc.weight")}),
                    "aten::add_ writes the buffer fc.weight");
  CHECK_THROWS_WITH(read({kRelu, tensor("y"), kLeaf, spec_of("buffer", "n", "fc.bias")}),
                    "no tensor fc.bias");
}
