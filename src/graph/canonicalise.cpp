#include "graph/canonicalise.h"

#include <ATen/ops/isfinite.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/fuse_linear.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include "core/error.h"
#include "graph/attributes.h"
#include "graph/fold_batch_norm.h"
#include "graph/normalise_operators.h"
#include "graph/site_names.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// Inlined, with the attributes that are not tensors made constants. A deep copy: nothing of `model` changes.
jit::Module freeze(const Model& model) {
  auto module = model.module().deepcopy();
  module.eval();
  try {
    return jit::freeze_module(module, {}, /*freezeInterfaces=*/true, /*preserveParameters=*/true);
  } catch (const std::exception& error) {
    const std::string message = error.what();
    throw Error(ErrorKind::kUnquantizable,
                {.what = "the model cannot be brought into its normal form",
                 .got = message.substr(0, message.find('\n')),
                 .expected = "a forward() that does not change the module's attributes",
                 .fix = "keep state out of forward(), or trace the model with an example"});
  }
}

void simplify(std::shared_ptr<jit::Graph>& graph) {
  jit::Inline(*graph);
  jit::EliminateExceptions(graph);
  jit::ConstantPropagation(graph);
  jit::RemoveListMutation(graph);
  jit::RemoveTensorMutation(graph);
  jit::LowerSimpleTuples(graph);
  jit::PeepholeOptimize(graph);
  jit::ConstantPropagation(graph);
  jit::FuseLinear(graph);
  jit::EliminateDeadCode(graph);
}

void check_weights_are_finite(const Model& model) {
  auto tensors = model.parameters();
  for (auto& buffer : model.buffers()) tensors.push_back(std::move(buffer));
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined() || !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>()) continue;
    throw Error(ErrorKind::kUnquantizable,
                {.what = "a weight is not finite",
                 .where = name,
                 .got = std::to_string((tensor.numel() - at::isfinite(tensor).sum().item<int64_t>())) +
                        " of " + std::to_string(tensor.numel()) + " values are NaN or infinite",
                 .expected = "finite values",
                 .fix = "train or export the model again; quantizing would hide the fault"});
  }
}

}  // namespace

Model canonicalise(const Model& model) {
  check_weights_are_finite(model);
  auto frozen = freeze(model);
  auto graph = frozen.get_method("forward").graph();
  simplify(graph);
  auto module = rebuild(frozen, "Model");
  normalise_operators(module);
  name_sites(module);
  fold_batch_norm(module);
  return Model(rebuild(module, "Model"));
}

}  // namespace qtool
