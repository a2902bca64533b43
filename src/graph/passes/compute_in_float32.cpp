#include "graph/passes/compute_in_float32.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/where.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "graph/input_types.h"
#include "graph/ir/float_types.h"
#include "graph/ir/in_place.h"
#include "graph/ir/nodes.h"
#include "graph/passes/float_values.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr double kLargest = std::numeric_limits<float>::max();

/// What is finite stays so.
at::Tensor in_computing_type(const at::Tensor& tensor) {
  const auto type = computing_type(tensor.scalar_type());
  if (tensor.scalar_type() != at::kDouble) return tensor.to(type);
  return at::where(at::isfinite(tensor), tensor.clamp(-kLargest, kLargest), tensor).to(type);
}

/// In the module's attributes, also in lists and dicts, each once.
std::vector<at::Tensor> tensors_in(const jit::Module& module) {
  std::vector<at::Tensor> tensors;
  (void)c10::IValue(module._ivalue()).visit([&](const c10::IValue& value) {
    if (value.isTensor() && value.toTensor().defined()) tensors.push_back(value.toTensor());
    return false;
  });
  return tensors;
}

/// The type that the node's argument `dtype` names; nothing where it has none, or not as a constant.
std::optional<at::ScalarType> type_named(const jit::Node* node) {
  const auto type = constant_argument(node, "dtype");
  return type.isInt() ? std::optional(static_cast<at::ScalarType>(type.toInt())) : std::nullopt;
}

bool casts_to_shorter(const jit::Node* node) {
  const auto type = type_named(node);
  return type && is_short_float(*type);
}

void check_fits(const std::string& name, const at::Tensor& parameter) {
  if (parameter.scalar_type() != at::kDouble || parameter.numel() == 0) return;
  const auto largest = parameter.abs().max().item<double>();
  if (!(largest > kLargest) || std::isinf(largest)) return;
  throw Error(ErrorKind::kUnquantizable,
              {.what = "a weight is larger than float32 holds, in which qtool computes",
               .where = name,
               .got = std::to_string(largest),
               .expected = "numbers up to 3.4e38",
               .fix = "scale the weight, or train the model again"});
}

void convert_attributes(const jit::Module& module) {
  const at::NoGradGuard no_grad;
  for (const auto& parameter : module.named_parameters()) check_fits(parameter.name, parameter.value);
  for (const auto& tensor : tensors_in(module)) {
    if (!is_other_float(tensor.scalar_type())) continue;
    tensor.set_data(in_computing_type(tensor.detach()));  // the same object: whoever shares it sees it
  }
}

void convert_constant(jit::Node* constant) {
  const auto value = jit::toIValue(constant->output());
  if (!value) return;
  c10::IValue converted;
  if (value->isTensor() && value->toTensor().defined() && is_other_float(value->toTensor().scalar_type()))
    converted = in_computing_type(value->toTensor());
  else if (value->isDouble() && std::isfinite(value->toDouble()) && std::abs(value->toDouble()) > kLargest)
    converted = std::copysign(kLargest, value->toDouble());
  if (!converted.isNone()) constant->output()->replaceAllUsesWith(constant_before(constant, converted));
}

void convert_dtype(jit::Node* node) {
  const auto type = type_named(node);
  if (!type || !is_other_float(*type)) return;
  set_argument(node, "dtype", constant_before(node, static_cast<int64_t>(computing_type(*type))));
}

bool is_cast(const jit::Node* node) {
  static const std::set<std::string> kinds = {"aten::to", "aten::_to_copy", "aten::type_as"};
  return kinds.contains(node->kind().toQualString());
}

/// Of what is float32, to float32.
bool is_needless(const jit::Node* node, const FloatValues& floats) {
  return is_cast(node) && floats.contains(node->input(0)) && floats.contains(node->output());
}

void drop_needless_casts(const std::shared_ptr<jit::Graph>& graph, const jit::Module& module) {
  const FloatValues floats(*graph, module);
  const auto changed = changed_in_place(graph);
  for (auto* node : all_nodes_of(graph->block())) {
    if (!is_needless(node, floats) || changed.contains(node->input(0)) || changed.contains(node->output()))
      continue;
    node->output()->replaceAllUsesWith(node->input(0));
    node->destroy();
  }
}

}  // namespace

bool computes_in_other_floats(jit::Graph& forward, const jit::Module& module) {
  const auto types = float_types_read(forward, module);
  const auto nodes = all_nodes_of(forward.block());
  return std::any_of(types.begin(), types.end(), is_other_float) ||
         std::any_of(nodes.begin(), nodes.end(), casts_to_shorter);
}

void compute_in_float32(jit::Module& module) {
  convert_attributes(module);
  const auto graph = module.get_method("forward").graph();
  for (auto* node : all_nodes_of(graph->block())) {
    convert_dtype(node);
    if (node->kind() == c10::prim::Constant) convert_constant(node);
  }
  drop_needless_casts(graph, module);
}

}  // namespace qtool
