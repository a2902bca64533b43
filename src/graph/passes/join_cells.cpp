#include "graph/passes/join_cells.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/subgraph_matcher.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/subgraph_rewrite.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr const char* kTracedLstm = R"(
graph(%x, %h, %c, %w_ih, %w_hh, %b_ih, %b_hh, %gates, %one_a, %one_b, %one_c):
  %of_h = aten::linear(%h, %w_hh, %b_hh)
  %of_x = aten::linear(%x, %w_ih, %b_ih)
  %sum = aten::add_(%of_h, %of_x, %one_a)
  %chunks : Tensor[] = aten::unsafe_chunk(%sum, %gates, %one_b)
  %i, %f, %g, %o = prim::ListUnpack(%chunks)
  %gate_i = aten::sigmoid_(%i)
  %forget = aten::sigmoid_(%f)
  %cell = aten::tanh_(%g)
  %gate_o = aten::sigmoid_(%o)
  %kept = aten::mul(%forget, %c)
  %taken = aten::mul(%gate_i, %cell)
  %next_c = aten::add_(%kept, %taken, %one_c)
  %shown = aten::tanh(%next_c)
  %next_h = aten::mul(%gate_o, %shown)
  return (%next_h, %next_c))";

constexpr const char* kLstm = R"(
graph(%x, %h, %c, %w_ih, %w_hh, %b_ih, %b_hh, %gates, %one_a, %one_b, %one_c):
  %states : Tensor[] = prim::ListConstruct(%h, %c)
  %joined_h : Tensor, %joined_c : Tensor = aten::lstm_cell(%x, %states, %w_ih, %w_hh, %b_ih, %b_hh)
  return (%joined_h, %joined_c))";

constexpr const char* kTracedGru = R"(
graph(%x, %h, %w_ih, %w_hh, %b_ih, %b_hh, %gates, %gates_b, %one_a, %one_b, %one_c, %one_d, %one_e, %one_f, %one_g):
  %of_x = aten::linear(%x, %w_ih, %b_ih)
  %chunks_x : Tensor[] = aten::unsafe_chunk(%of_x, %gates, %one_a)
  %r_x, %z_x, %n_x = prim::ListUnpack(%chunks_x)
  %of_h = aten::linear(%h, %w_hh, %b_hh)
  %chunks_h : Tensor[] = aten::unsafe_chunk(%of_h, %gates_b, %one_b)
  %r_h, %z_h, %n_h = prim::ListUnpack(%chunks_h)
  %r_sum = aten::add_(%r_h, %r_x, %one_c)
  %reset = aten::sigmoid_(%r_sum)
  %z_sum = aten::add_(%z_h, %z_x, %one_d)
  %update = aten::sigmoid_(%z_sum)
  %gated = aten::mul_(%n_h, %reset)
  %n_sum = aten::add(%n_x, %gated, %one_e)
  %new = aten::tanh_(%n_sum)
  %apart = aten::sub(%h, %new, %one_f)
  %share = aten::mul_(%apart, %update)
  %next = aten::add_(%share, %new, %one_g)
  return (%next))";

constexpr const char* kGru = R"(
graph(%x, %h, %w_ih, %w_hh, %b_ih, %b_hh, %gates, %gates_b, %one_a, %one_b, %one_c, %one_d, %one_e, %one_f, %one_g):
  %joined : Tensor = aten::gru_cell(%x, %h, %w_ih, %w_hh, %b_ih, %b_hh)
  return (%joined))";

using Values = std::unordered_map<std::string, jit::Value*>;

/// Whether each number is that which the steps of a cell have.
bool has_numbers(const jit::Match& match, const Values& names, int64_t gates) {
  const auto is = [&](const jit::Value* in_pattern, int64_t number) {
    const auto value = jit::toIValue(match.values_map.at(in_pattern));
    return value && value->isInt() && value->toInt() == number;
  };
  return std::all_of(names.begin(), names.end(), [&](const auto& named) {
    if (named.first.starts_with("one_")) return is(named.second, 1);
    return !named.first.starts_with("gates") || is(named.second, gates);
  });
}

void join(std::shared_ptr<jit::Graph>& graph, const char* traced, const char* cell, int64_t gates,
          const std::vector<std::pair<std::string, std::string>>& same_place) {
  jit::SubgraphRewriter rewriter;
  rewriter.RegisterRewritePattern(traced, cell, same_place);
  rewriter.runOnGraph(graph, [gates](const jit::Match& match, const Values& names) {
    return has_numbers(match, names, gates);
  });
}

}  // namespace

void join_cells(std::shared_ptr<jit::Graph>& graph) {
  join(graph, kTracedLstm, kLstm, 4, {{"joined_h", "next_h"}, {"joined_c", "next_c"}});
  join(graph, kTracedGru, kGru, 3, {{"joined", "next"}});
  jit::EliminateDeadCode(graph);
}

}  // namespace qtool
