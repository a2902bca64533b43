#include "graph/ir/place_constants.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <optional>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// A constant, `torch.device("cpu")` or an attribute, but not `x.device`, which is right wherever x is.
bool writes_device(const jit::Node* node) {
  return node->outputs().size() == 1 && node->output()->type()->kind() == c10::TypeKind::DeviceObjType &&
         node->kind() != c10::prim::device && node->blocks().empty();
}

/// Where a node that makes a tensor from no other leaves out on which device, so that it would be the CPU: the place of
/// that argument.
std::optional<size_t> device_left_out(const jit::Node* node) {
  const auto* schema = node->maybeSchema();
  if (!schema || std::any_of(node->inputs().begin(), node->inputs().end(), is_tensor)) return std::nullopt;
  const auto place = schema->argumentIndexWithName("device");
  if (!place) return std::nullopt;
  const auto device = jit::toIValue(node->input(static_cast<size_t>(*place)));
  if (!device || !device->isNone()) return std::nullopt;
  return static_cast<size_t>(*place);
}

bool is_read_by_us(const jit::Value* value) {
  return std::any_of(value->uses().begin(), value->uses().end(),
                     [](const jit::Use& use) { return is_ours(use.user); });
}

/// The value with its tensors on the device; None where it has no tensors.
c10::IValue placed(const c10::IValue& value, at::Device device) {
  if (value.isTensor() && value.toTensor().defined()) return value.toTensor().to(device);
  if (!value.isTensorList()) return {};
  c10::List<at::Tensor> tensors;
  for (const at::Tensor& tensor : value.toTensorVector()) tensors.push_back(tensor.to(device));
  return tensors;
}

void place_constant(jit::Node* constant, at::Device device) {
  const auto value = jit::toIValue(constant->output());
  if (!value || is_read_by_us(constant->output())) return;
  const auto there = placed(*value, device);
  if (!there.isNone()) constant->output()->replaceAllUsesWith(constant_before(constant, there));
}

bool is_elsewhere(const c10::IValue& value) {
  return value.isDevice() && !value.toDevice().is_cpu() && !value.toDevice().is_meta();
}

/// What `torch.device("cuda:0")`, `x.to("cuda")` and x.cuda() say; None where the node says nothing.
c10::IValue device_said(const jit::Node* node) {
  if (node->kind() == c10::Symbol::fromQualString("aten::cuda")) return at::Device(at::kCUDA);
  return writes_device(node) ? jit::toIValue(node->output()).value_or(c10::IValue()) : c10::IValue();
}

void say_cpu(jit::Node* node) {
  const bool is_copy = is_tensor(node->output());  // x.cuda()
  node->output()->replaceAllUsesWith(is_copy ? node->input(0) : constant_before(node, at::Device(at::kCPU)));
}

/// Methods and functions.
std::string put_code_on_cpu(const jit::Module& module) {
  std::string found;
  for (auto* function : module._ivalue()->compilation_unit()->get_functions())
    for (auto* node : all_nodes_of(jit::toGraphFunction(*function).graph()->block())) {
      const auto said = device_said(node);
      if (!is_elsewhere(said)) continue;
      found = said.toDevice().str();
      say_cpu(node);
    }
  return found;
}

std::string put_attributes_on_cpu(const jit::Module& module) {
  std::string found;
  for (auto owner : module.modules())
    for (const auto& attribute : owner.named_attributes(/*recurse=*/false)) {
      if (!is_elsewhere(attribute.value)) continue;
      found = attribute.value.toDevice().str();
      owner.setattr(attribute.name, at::Device(at::kCPU));
    }
  return found;
}

}  // namespace

std::string put_on_cpu(jit::Module& module) {
  const auto in_attributes = put_attributes_on_cpu(module), in_code = put_code_on_cpu(module);
  return in_code.empty() ? in_attributes : in_code;
}

void place_constants(jit::Graph& graph, at::Device device) {
  for (auto* node : all_nodes_of(graph.block())) {
    if (writes_device(node))
      node->output()->replaceAllUsesWith(constant_before(node, device));
    else if (node->kind() == c10::prim::Constant)
      place_constant(node, device);
    else if (const auto place = device_left_out(node))
      node->replaceInput(*place, constant_before(node, device));
  }
}

}  // namespace qtool
