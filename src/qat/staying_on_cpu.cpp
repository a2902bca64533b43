#include "qat/staying_on_cpu.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <set>
#include <string>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// By the names of qat/fake_quant_ops.h.
bool computes_on_cpu(const jit::Node* node, const std::string& argument_name) {
  static const std::set<std::string> always = {"observe", "enabled",    "frozen", "low",
                                               "high",    "zero_point", "mean",   "var"};
  if (argument_name != "scale") return always.count(argument_name) > 0;
  const bool is_weight = short_kind(node) == "fake_quant_weight";
  return !is_weight && !constant_argument(node, "learned").toBool();
}

}  // namespace

std::vector<at::Tensor> staying_on_cpu(const Model& training_model) {
  const auto& module = training_model.module();
  std::set<std::string> staying, moving;
  for (const auto* node : all_nodes_of(module.get_method("forward").graph()->block()))
    for (size_t i = 0; i < node->inputs().size(); ++i)
      if (const auto path = attribute_path(node->input(i))) {
        const bool stays = is_ours(node) && computes_on_cpu(node, node->schema().arguments()[i].name());
        (stays ? staying : moving).insert(*path);
      }
  std::vector<at::Tensor> tensors;
  for (const auto& path : staying)
    if (moving.count(path) == 0) tensors.push_back(find_attribute(module, path)->toTensor());
  return tensors;
}

}  // namespace qtool
