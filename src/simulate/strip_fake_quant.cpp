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

constexpr const char* kOperator = "aten::fused_moving_avg_obs_fake_quant";
constexpr const char* kScale = ".scale";

/// The path of the fake-quant module whose scale `value` is.
std::optional<std::string> module_of_scale(const jit::Module& module, const jit::Value* value) {
  const auto path = attribute_path(value);
  if (!path || !path->ends_with(kScale)) return std::nullopt;
  auto owner = path->substr(0, path->size() - std::string(kScale).size());
  if (!find_attribute(module, owner + ".site")) return std::nullopt;
  return owner;
}

bool is_fake_quant(const jit::Node* node) { return node->kind() == c10::Symbol::fromQualString(kOperator); }

/// Multiplication or division of an average by a step (simulate.cpp).
bool is_step_arithmetic(const jit::Module& module, const jit::Node* node) {
  const auto kind = short_kind(node);
  return (kind == "mul" || kind == "div") && node->inputs().size() == 2 &&
         module_of_scale(module, node->input(1));
}

[[noreturn]] void refuse(const std::string& path, const std::string& got) {
  throw Error(ErrorKind::kUsage, {.what = "a fake-quant module of the model is damaged",
                                  .where = path,
                                  .got = got,
                                  .expected = "scale, zero_point and site as qtool writes them",
                                  .fix = "start from the float model"});
}

QuantScheme scheme_of(const jit::Node* node, const std::string& path) {
  const auto qmin = constant_argument(node, "quant_min"), qmax = constant_argument(node, "quant_max"),
             axis = constant_argument(node, "ch_axis"),
             per_row = constant_argument(node, "per_row_fake_quant"),
             symmetric = constant_argument(node, "symmetric_quant");
  if (!qmin.isInt() || !qmax.isInt() || !axis.isInt() || !per_row.isBool() || !symmetric.isBool())
    refuse(path, "a grid that is computed");
  int64_t bits = 0;
  for (int64_t values = qmax.toInt() - qmin.toInt(); values > 0; values /= 2) ++bits;
  if (qmin.toInt() < 0)
    return QuantScheme::weight(bits, per_row.toBool() ? Granularity::kPerChannel : Granularity::kPerTensor,
                               axis.toInt());
  return QuantScheme::activation(bits, symmetric.toBool() ? Symmetry::kSymmetric : Symmetry::kAffine);
}

void note_grid(const jit::Module& module, const jit::Node* node, std::map<std::string, QParams>& grids) {
  const auto path = module_of_scale(module, argument(node, "scale"));
  if (!path) return;  // an average's integers
  const auto site = find_attribute(module, *path + ".site"), scale = find_attribute(module, *path + ".scale"),
             zero_point = find_attribute(module, *path + ".zero_point");
  if (!site->isString() || !scale->isTensor() || !zero_point || !zero_point->isTensor())
    refuse(*path, "another type");
  const auto scales = scale->toTensor().detach(), zero_points = zero_point->toTensor();
  if (scales.dim() != 1 || scales.sizes() != zero_points.sizes()) refuse(*path, "another shape");
  grids.emplace(site->toStringRef(), QParams(scheme_of(node, *path), scales, zero_points));
}

}  // namespace

bool has_fake_quant(const Model& model) {
  for (const auto* node : all_nodes_of(model.module().get_method("forward").graph()->block()))
    if (is_fake_quant(node)) return true;
  return false;
}

StrippedModel strip_fake_quant(const Model& model) {
  auto module = rebuild(model.module(), "Model");
  auto graph = module.get_method("forward").graph();
  std::map<std::string, QParams> grids;
  for (auto* node : all_nodes_of(graph->block())) {
    if (is_fake_quant(node))
      note_grid(module, node, grids);
    else if (!is_step_arithmetic(module, node))
      continue;
    node->output()->replaceAllUsesWith(node->input(0));
    node->destroy();
  }
  jit::EliminateDeadCode(graph);
  return {Model(rebuild(module, "Model")), std::move(grids)};
}

}  // namespace qtool
