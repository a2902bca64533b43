#include "graph/passes/canonicalise.h"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/isnan.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/fuse_linear.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/loop_unrolling.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include <algorithm>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "graph/ir/attributes.h"
#include "graph/ir/forks.h"
#include "graph/ir/in_place.h"
#include "graph/ir/inline_calls.h"
#include "graph/ir/nodes.h"
#include "graph/ir/state.h"
#include "graph/passes/carry_state.h"
#include "graph/passes/compute_in_float32.h"
#include "graph/passes/exceptions.h"
#include "graph/passes/fold_batch_norm.h"
#include "graph/passes/fold_weights.h"
#include "graph/passes/fused_attention.h"
#include "graph/passes/grad_mode.h"
#include "graph/passes/join_cells.h"
#include "graph/passes/list_appends.h"
#include "graph/passes/merge_padding.h"
#include "graph/passes/normalise_operators.h"
#include "graph/passes/ranks.h"
#include "graph/passes/site_names.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// A deep copy, with all that forward() calls in its place; that of forks as well, since freezing drops the attributes
/// that only they read.
jit::Module copy_in_one_method(const jit::Module& module) {
  auto copy = copy_of(module.clone(/*inplace=*/true));  // of the code; a copy alone shares that
  const auto graph = copy.get_method("forward").graph();
  inline_calls(*graph);
  if (has_forks(*graph)) {
    inline_forks(graph);
    inline_calls(*graph);
  }
  return copy;
}

/// Inlined, with the attributes that are not tensors made constants.
jit::Module with_constant_attributes(jit::Module module) {
  module.eval();
  try {
    return jit::freeze_module(module, {}, /*freezeInterfaces=*/true, /*preserveParameters=*/true);
  } catch (const std::exception& error) {
    rethrow_if_not_to_blame(error);
    throw Error(ErrorKind::kUnquantizable,
                {.what = "the model cannot be brought into its normal form",
                 .got = first_sentence(error.what()),
                 .expected = "a forward() that does not change the module's attributes",
                 .fix = "keep state out of forward(), or trace the model with an example"});
  }
}

/// forward(x, mask=None) is run without a mask.
void bind_defaults(jit::Graph& graph, const c10::FunctionSchema& schema) {
  const jit::WithInsertPoint here(*graph.nodes().begin());
  for (size_t i = schema.arguments().size() - 1; i > 0; --i) {
    const auto& value = schema.arguments()[i].default_value();
    if (!value) continue;
    graph.inputs()[i]->replaceAllUsesWith(graph.insertConstant(*value));
    graph.eraseInput(i);
  }
}

/// Loops that are not written out: LibTorch does so for any number of rounds that is a constant, at the price of as
/// many copies of what is in them.
class LongLoops {
 public:
  explicit LongLoops(jit::Graph& graph) { (void)nodes_when_unrolled(graph.block()); }
  LongLoops(const LongLoops&) = delete;
  LongLoops& operator=(const LongLoops&) = delete;
  ~LongLoops() {
    for (jit::Node* hidden : hidden_) {
      hidden->output()->replaceAllUsesWith(hidden->input());
      hidden->destroy();
    }
  }

 private:
  static constexpr int64_t kMostNodes = 100'000;  ///< that one loop becomes

  int64_t nodes_when_unrolled(jit::Block* block) {
    int64_t nodes = 0;
    for (jit::Node* node : nodes_of(block)) {
      int64_t inner = 1;
      for (jit::Block* inside : node->blocks()) inner += nodes_when_unrolled(inside);
      nodes += inner * rounds_of(node, kMostNodes / inner);
    }
    return nodes;
  }

  /// How often a node is written out; a loop of more than `most` rounds gets their number from a node that no pass
  /// computes.
  int64_t rounds_of(jit::Node* node, int64_t most) {
    if (node->kind() != c10::prim::Loop) return 1;
    const auto rounds = jit::toIValue(node->input(0));
    if (!rounds || !rounds->isInt()) return 1;
    if (rounds->toInt() <= most) return std::max<int64_t>(rounds->toInt(), 1);
    jit::Node* hidden =
        node->owningGraph()->create(c10::prim::unchecked_cast, {node->input(0)})->insertBefore(node);
    hidden->output()->setType(c10::IntType::get());
    node->replaceInput(0, hidden->output());
    hidden_.push_back(hidden);
    return 1;
  }

  std::vector<jit::Node*> hidden_;
};

bool unroll_short_loops(std::shared_ptr<jit::Graph>& graph) {
  const LongLoops kept(*graph);
  return jit::UnrollConstantLoops(graph);
}

/// Decides what constants and ranks decide, and writes loops of so many rounds out, which may decide more.
void resolve_control_flow(std::shared_ptr<jit::Graph>& graph) {
  bool changed = true;
  while (changed) {
    jit::ConstantPropagation(graph);
    changed = unroll_short_loops(graph);
    changed = resolve_ranks(*graph) || changed;
  }
}

void simplify(std::shared_ptr<jit::Graph>& graph) {
  jit::Inline(*graph);
  join_cells(graph);
  drop_grad_modes(*graph);
  assume_nothing_raises(*graph);
  assume_fast_paths(*graph);
  resolve_control_flow(graph);
  write_out_appends(*graph);
  jit::RemoveListMutation(graph);
  jit::RemoveTensorMutation(graph);
  remove_unseen_writes(graph);
  jit::LowerSimpleTuples(graph);
  jit::PeepholeOptimize(graph);
  jit::ConstantPropagation(graph);
  jit::LowerSimpleTuples(graph);  // again: of ifs that this has decided
  jit::FuseLinear(graph);
  jit::EliminateDeadCode(graph);
}

[[noreturn]] void refuse_value(const std::string& name, const at::Tensor& bad) {
  throw Error(ErrorKind::kUnquantizable,
              {.what = "a weight is not finite",
               .where = name,
               .got = std::to_string(bad.sum().item<int64_t>()) + " of " + std::to_string(bad.numel()) +
                      " values are NaN or infinite",
               .expected = "finite values",
               .fix = "train or export the model again; quantizing would hide the fault"});
}

/// Infinity has its place in a buffer, an attention mask; NaN has none.
void check_weights_are_finite(const Model& model) {
  for (const auto& [name, tensor] : model.parameters())
    if (const auto bad = at::isfinite(tensor).logical_not(); bad.any().item<bool>()) refuse_value(name, bad);
  for (const auto& [name, tensor] : model.buffers())
    if (const auto bad = at::isnan(tensor); bad.any().item<bool>()) refuse_value(name, bad);
}

[[noreturn]] void refuse_state(const std::string& name) {
  throw Error(ErrorKind::kUnquantizable,
              {.what = "forward() changes an attribute of the model",
               .where = name,
               .got = "a write in forward()",
               .expected = "a forward() that only reads",
               .fix = "keep state out of forward(): take it as an input and return it"});
}

/// The value whose memory `value` is a view of, by the schemas of the operators between.
const jit::Value* base_of(const jit::Value* value) {
  for (;;) {
    const auto* schema = value->node()->maybeSchema();
    if (!schema || value->node()->inputs().empty() || schema->returns().empty()) return value;
    if (!schema->returns()[0].alias_info()) return value;
    value = value->node()->input(0);
  }
}

/// What a batch norm of a trace in training mode counts, and nothing reads.
bool is_counter_of_training(const std::string& path) { return path.ends_with("num_batches_tracked"); }

void check_assigns_nothing(jit::Graph& graph) {
  for (const auto* node : all_nodes_of(graph.block()))
    if (node->kind() == c10::prim::SetAttr && !written_path(node)) refuse_state(node->s(c10::attr::name));
}

void check_changes_nothing(jit::Graph& graph) {
  for (const auto* node : all_nodes_of(graph.block())) {
    const auto* schema = node->maybeSchema();
    if (!schema || !schema->is_mutable()) continue;
    for (size_t i = 0; i < schema->arguments().size(); ++i) {
      const auto* alias = schema->arguments()[i].alias_info();
      if (!alias || !alias->isWrite()) continue;
      const auto path = attribute_path(base_of(node->input(i)));
      if (path && !is_counter_of_training(*path)) refuse_state(*path);
    }
  }
}

}  // namespace

Model canonicalise(const Model& model) { return with_folded_batch_norm(canonicalise_unfolded(model)); }

Model canonicalise_unfolded(const Model& model) {
  check_weights_are_finite(model);
  auto copy = copy_in_one_method(model.module());
  const bool is_other = computes_in_other_floats(*copy.get_method("forward").graph(), copy);
  if (is_other) compute_in_float32(copy);
  auto frozen = with_constant_attributes(std::move(copy));
  auto graph = frozen.get_method("forward").graph();
  bind_defaults(*graph, model.module().get_method("forward").function().getSchema());
  carry_state(frozen);
  check_changes_nothing(*graph);  // before a write that nothing reads in this run is simplified away
  simplify(graph);
  if (is_other || computes_in_other_floats(*graph, frozen))
    compute_in_float32(frozen);   // types that were attributes
  check_assigns_nothing(*graph);  // what torch.no_grad() keeps is gone by now
  check_changes_nothing(*graph);
  mark_state(frozen);
  auto module = rebuild(frozen, "Model");
  fold_weights(module);
  normalise_operators(module);
  fold_weights(module);  // again: those of a product that has become a layer
  merge_padding(module);
  name_sites(module);
  return Model(rebuild(module, "Model")).made_of(model);
}

bool computes_in_other_floats(const Model& model) {
  const auto graph = model.module().get_method("forward").graph()->copy();
  jit::Inline(*graph);
  return computes_in_other_floats(*graph, model.module());
}

Model in_float32(const Model& model) {
  auto copy = copy_in_one_method(model.module());
  compute_in_float32(copy);
  return Model(copy, model.notes());
}

Model with_folded_batch_norm(const Model& unfolded) {
  auto module = rebuild(unfolded.module(), "Model");
  fold_batch_norm(module);
  auto result = Model(rebuild(module, "Model")).made_of(unfolded);
  check_weights_are_finite(result);  // again: a frozen model's weights were no parameters
  return result;
}

}  // namespace qtool
