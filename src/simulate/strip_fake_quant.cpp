#include "simulate/strip_fake_quant.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <optional>

#include "core/error.h"
#include "graph/attributes.h"
#include "graph/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// The fake-quant module whose method the node calls; nothing where it is another node.
std::optional<jit::Module> called_fake_quant(const jit::Module& root, const jit::Node* node) {
  if (node->kind() != c10::prim::CallMethod) return std::nullopt;
  const auto path = attribute_path(node->input(0));
  const auto found = path ? find_attribute(root, *path) : std::nullopt;
  if (!found || !found->isModule()) return std::nullopt;
  auto module = found->toModule();
  const bool is_ours = module.hasattr("site") && module.hasattr("qmax") && module.hasattr("zero_point");
  return is_ours ? std::optional(module) : std::nullopt;
}

[[noreturn]] void refuse(const std::string& site) {
  throw Error(ErrorKind::kUsage, {.what = "a fake-quant module of the model is damaged",
                                  .where = site,
                                  .got = "a state that is no grid",
                                  .expected = "site, qmax, scale and zero_point as qtool writes them",
                                  .fix = "start from the float model"});
}

QuantScheme scheme_of(const jit::Module& module) {
  int64_t bits = 0;
  for (int64_t value = module.attr("qmax").toInt(); value > 0; value /= 2) ++bits;
  if (!module.hasattr("axis"))
    return QuantScheme::activation(
        bits, module.attr("symmetric").toBool() ? Symmetry::kSymmetric : Symmetry::kAffine);
  const auto axis = module.attr("axis").toInt();
  return QuantScheme::weight(bits + 1, axis < 0 ? Granularity::kPerTensor : Granularity::kPerChannel,
                             std::max<int64_t>(axis, 0));
}

void note_grid(const jit::Module& module, std::map<std::string, QParams>& grids) {
  const auto site = module.attr("site").toStringRef();
  const auto scale = module.attr("scale").toTensor().detach(),
             zero_point = module.attr("zero_point").toTensor();
  if (scale.dim() != 1 || scale.sizes() != zero_point.sizes()) refuse(site);
  grids.emplace(site, QParams(scheme_of(module), scale, zero_point));
}

}  // namespace

bool has_fake_quant(const Model& model) {
  for (const auto* node : all_nodes_of(model.module().get_method("forward").graph()->block()))
    if (called_fake_quant(model.module(), node)) return true;
  return false;
}

StrippedModel strip_fake_quant(const Model& model) {
  const auto copy = copy_of(model.module());
  auto graph = copy.get_method("forward").graph()->copy();
  std::map<std::string, QParams> grids;
  for (auto* node : all_nodes_of(graph->block())) {
    const auto module = called_fake_quant(copy, node);
    if (!module) continue;
    note_grid(*module, grids);
    node->output()->replaceAllUsesWith(node->input(1));
    node->destroy();
  }
  jit::EliminateDeadCode(graph);
  return {Model(rebuild(copy, graph, "Model")), std::move(grids)};
}

}  // namespace qtool
