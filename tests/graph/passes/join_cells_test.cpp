#include "graph/passes/join_cells.h"

#include "catch.h"
#include "graph/parsed_ir.h"

using namespace qtool;

namespace {

/// What a trace has of nn.LSTMCell, its sums scaled by `alpha`.
std::string traced_lstm(int alpha, const std::string& shown_gate) {
  return R"IR(
graph(%x : Tensor, %h : Tensor, %c : Tensor, %w : Tensor, %u : Tensor, %b : Tensor):
  %four : int = prim::Constant[value=4]()
  %dim : int = prim::Constant[value=1]()
  %one : int = prim::Constant[value=)IR" +
         std::to_string(alpha) + R"IR(]()
  %of_h : Tensor = aten::linear(%h, %u, %b)
  %of_x : Tensor = aten::linear(%x, %w, %b)
  %sum : Tensor = aten::add_(%of_h, %of_x, %one)
  %chunks : Tensor[] = aten::unsafe_chunk(%sum, %four, %one)
  %i : Tensor, %f : Tensor, %g : Tensor, %o : Tensor = prim::ListUnpack(%chunks)
  %i.1 : Tensor = aten::sigmoid_(%i)
  %f.1 : Tensor = aten::sigmoid_(%f)
  %g.1 : Tensor = aten::tanh_(%g)
  %o.1 : Tensor = aten::sigmoid_(%o)
  %kept : Tensor = aten::mul(%f.1, %c)
  %taken : Tensor = aten::mul(%i.1, %g.1)
  %c.1 : Tensor = aten::add_(%kept, %taken, %one)
  %shown : Tensor = aten::tanh(%c.1)
  %h.1 : Tensor = aten::mul()IR" +
         shown_gate + R"IR(, %shown)
  return (%h.1, %c.1))IR";
}

std::string joined(const std::string& ir) {
  auto graph = parsed(ir);
  join_cells(graph);
  graph->lint();
  return graph->toString(false);
}

}  // namespace

TEST_CASE("what a trace has of an LSTM cell becomes one") {
  const auto text = joined(traced_lstm(1, "%o.1"));
  CHECK_THAT(text, contains("aten::lstm_cell(%x, %"));
  CHECK_THAT(text, contains(", %w, %u, %b, %b)"));
  CHECK_THAT(text, !contains("aten::linear"));
}

TEST_CASE("what is almost a cell stays as it is") {
  CHECK_THAT(joined(traced_lstm(2, "%o.1")), !contains("lstm_cell"));
  CHECK_THAT(joined(traced_lstm(1, "%i.1")), !contains("lstm_cell"));
}

TEST_CASE("what a trace has of a GRU cell becomes one") {
  const auto text = joined(R"IR(
graph(%x : Tensor, %h : Tensor, %w : Tensor, %u : Tensor):
  %none : NoneType = prim::Constant()
  %three : int = prim::Constant[value=3]()
  %one : int = prim::Constant[value=1]()
  %of_x : Tensor = aten::linear(%x, %w, %none)
  %xs : Tensor[] = aten::unsafe_chunk(%of_x, %three, %one)
  %rx : Tensor, %zx : Tensor, %nx : Tensor = prim::ListUnpack(%xs)
  %of_h : Tensor = aten::linear(%h, %u, %none)
  %hs : Tensor[] = aten::unsafe_chunk(%of_h, %three, %one)
  %rh : Tensor, %zh : Tensor, %nh : Tensor = prim::ListUnpack(%hs)
  %rs : Tensor = aten::add_(%rh, %rx, %one)
  %r : Tensor = aten::sigmoid_(%rs)
  %zs : Tensor = aten::add_(%zh, %zx, %one)
  %z : Tensor = aten::sigmoid_(%zs)
  %gated : Tensor = aten::mul_(%nh, %r)
  %ns : Tensor = aten::add(%nx, %gated, %one)
  %n : Tensor = aten::tanh_(%ns)
  %apart : Tensor = aten::sub(%h, %n, %one)
  %share : Tensor = aten::mul_(%apart, %z)
  %y : Tensor = aten::add_(%share, %n, %one)
  return (%y))IR");
  CHECK_THAT(text, contains("aten::gru_cell(%x, %h, %w, %u, %"));
  CHECK_THAT(text, !contains("aten::linear"));
}
