#include "qat/strip_fake_quant.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "graph/belongings.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

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
  const auto has = [&](const char* name) { return module.hasattr(name); };
  const bool is_ours = has("site") && has("qmax") && has("scale") && has("zero_point");
  return is_ours ? std::optional(module) : std::nullopt;
}

/// Bits of an unsigned grid that ends at `qmax`; 0 where there is none.
int64_t bits_of(int64_t qmax) {
  for (int64_t bits = 1; bits <= 8; ++bits)
    if (qmax == (int64_t{1} << bits) - 1) return bits;
  return 0;
}

QuantScheme scheme_of(const jit::Module& module) {
  const int64_t bits = bits_of(module.attr("qmax").toInt());
  if (!module.hasattr("axis"))
    return QuantScheme::activation(
        bits, module.attr("symmetric").toBool() ? Symmetry::kSymmetric : Symmetry::kAffine);
  const auto axis = module.attr("axis").toInt();
  const auto scheme = QuantScheme::weight(
      bits + 1, axis < 0 ? Granularity::kPerTensor : Granularity::kPerChannel, std::max<int64_t>(axis, 0));
  const auto group = module.hasattr("group") ? module.attr("group").toInt() : 0;
  const bool has_groups = group > 0 && axis == 0;
  return has_groups ? scheme.in_groups_of(group) : scheme;
}

/// How many scales the grid of `value` has; nothing where that cannot be told.
std::optional<int64_t> scales_of(const jit::Module& root, const jit::Value* value,
                                 const QuantScheme& scheme) {
  if (scheme.granularity() == Granularity::kPerTensor) return 1;
  const auto path = attribute_path(value);
  const auto weight = path ? find_attribute(root, *path) : std::nullopt;
  if (!weight || !weight->isTensor()) return std::nullopt;
  if (scheme.group() > 0) {
    const auto values = weight->toTensor().numel();
    return values % scheme.group() == 0 ? values / scheme.group() : 0;
  }
  return scheme.axis() < weight->toTensor().dim() ? weight->toTensor().size(scheme.axis()) : 0;
}

/// Throws Error that says what is wrong with it.
QParams grid_of(const jit::Module& root, const jit::Module& module, const jit::Value* value) {
  const auto scheme = scheme_of(module);
  const auto scale = module.attr("scale").toTensor().detach(),
             zero_point = module.attr("zero_point").toTensor().detach();
  const auto count = scales_of(root, value, scheme).value_or(scale.numel());
  if (scale.dim() != 1 || zero_point.dim() != 1 || scale.numel() != count || zero_point.numel() != count)
    throw Error(ErrorKind::kUsage,
                {.what = "the grid has not one scale and zero point for each channel or group",
                 .got = std::to_string(scale.numel()) + " scales and " + std::to_string(zero_point.numel()) +
                        " zero points for " + std::to_string(count)});
  return {scheme, scale, zero_point};
}

void note_grid(const jit::Module& root, const jit::Module& module, const jit::Value* value,
               std::map<std::string, QParams>& grids) {
  const auto site = module.attr("site").toStringRef();
  try {
    grids.emplace(site, grid_of(root, module, value));
  } catch (const Error& error) {
    throw Error(ErrorKind::kUsage, {.what = "a fake-quant module of the model is damaged",
                                    .where = site,
                                    .got = error.complaint().what + ": " + error.complaint().got,
                                    .expected = "a grid as qtool writes them",
                                    .fix = "start from the float model"});
  }
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
    note_grid(copy, *module, node->input(1), grids);
    node->output()->replaceAllUsesWith(node->input(1));
    node->destroy();
  }
  jit::EliminateDeadCode(graph->block());
  StrippedModel stripped{Model(rebuild(copy, graph, "Model")), std::move(grids)};
  carry_over(model, stripped.model);
  return stripped;
}

}  // namespace qtool
