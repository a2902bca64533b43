#include "graph/ir/recurrent.h"

#include "catch.h"
#include "graph/ir/nodes.h"
#include "graph/parsed_ir.h"

using namespace qtool;
namespace jit = torch::jit;

namespace {

/// Two LSTMs that read one list of `count` parameters.
std::shared_ptr<torch::jit::Graph> graph_of(int count, bool biases, int layers, bool bidirectional) {
  const auto flag = [](bool value) { return std::string(value ? "1" : "0"); };
  std::string list;
  for (int i = 0; i < count; ++i) list += i == 0 ? "%w" : ", %w";
  const std::string call = "aten::lstm(%x, %h, %params, %biases, %layers, %p, %train, %both, %train)\n";
  return parsed(
      "graph(%x : Tensor, %w : Tensor):\n  %biases : bool = prim::Constant[value=" + flag(biases) +
      "]()\n  %layers : int = prim::Constant[value=" + std::to_string(layers) +
      "]()\n  %both : bool = prim::Constant[value=" + flag(bidirectional) +
      "]()\n  %train : bool = prim::Constant[value=0]()\n  %p : float = prim::Constant[value=0.]()\n"
      "  %params : Tensor[] = prim::ListConstruct(" +
      list + ")\n  %h : Tensor[] = prim::ListConstruct(%x, %x)\n  %y : Tensor, %a : Tensor, %b : Tensor = " +
      call + "  %z : Tensor, %c : Tensor, %d : Tensor = " + call + "  return (%y, %z)");
}

std::string names(int count, bool biases, int layers, bool bidirectional) {
  const auto graph = graph_of(count, biases, layers, bidirectional);
  std::string text;
  for (int i = 0; i < count; ++i)
    text += (i == 0 ? "" : " ") + parameter_name(graph->outputs()[0]->node(), size_t(i));
  return text;
}

}  // namespace

TEST_CASE("parameters of a recurrent layer are named as PyTorch's modules name them") {
  CHECK(names(4, true, 1, false) == "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0");
  CHECK(names(4, false, 2, false) == "weight_ih_l0 weight_hh_l0 weight_ih_l1 weight_hh_l1");
  CHECK(names(4, false, 1, true) == "weight_ih_l0 weight_hh_l0 weight_ih_l0_reverse weight_hh_l0_reverse");
  // With a projection there is one more for each layer.
  CHECK(names(5, true, 1, false) == "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 weight_hr_l0");
}

TEST_CASE("a list that two layers read becomes one for each") {
  const auto graph = graph_of(4, true, 1, false);
  auto *first = graph->outputs()[0]->node(), *second = graph->outputs()[1]->node();
  REQUIRE(is_recurrent(first));
  CHECK_FALSE(is_cell(first));
  const auto list = [](const jit::Node* node) { return parameters_of(node).value().reader; };
  CHECK_FALSE(is_recurrent(list(first)));
  REQUIRE(list(first) == list(second));
  const auto own = own_parameters_of(first).value();
  CHECK(own.reader == list(first));
  CHECK(own.reader != list(second));
  CHECK(own.count == 4);
  CHECK(own_parameters_of(second).value().reader == list(second));  // is already
  graph->lint();
}

TEST_CASE("a cell reads its parameters itself, behind input and state, and may have no biases") {
  const auto graph = parsed(R"IR(
graph(%x : Tensor, %w : Tensor, %u : Tensor, %b : Tensor):
  %none : NoneType = prim::Constant()
  %states : Tensor[] = prim::ListConstruct(%x, %x)
  %h : Tensor, %c : Tensor = aten::lstm_cell(%x, %states, %w, %u, %b, %b)
  %g : Tensor = aten::gru_cell(%x, %h, %w, %u, %none, %none)
  return (%h, %g))IR");
  auto *lstm = graph->outputs()[0]->node(), *gru = graph->outputs()[1]->node();
  CHECK(is_recurrent(lstm));
  CHECK(is_cell(gru));
  const auto parameters = own_parameters_of(lstm).value();
  CHECK(parameters.reader == lstm);
  CHECK(parameters.count == 4);
  CHECK(parameters.value(1)->debugName() == "u");
  CHECK(parameter_name(lstm, 1) == "weight_hh");
  CHECK(parameter_name(lstm, 2) == "bias_ih");
  CHECK(parameters_of(gru).value().count == 2);
  parameters.replace(0, graph->inputs()[2]);
  CHECK(lstm->input(2)->debugName() == "u");
}
