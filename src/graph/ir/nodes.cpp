#include "graph/ir/nodes.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <string_view>
#include <tuple>

#include "base/error.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

void append_nodes(jit::Block* block, bool inner_blocks, std::vector<jit::Node*>& nodes) {
  for (auto* node : block->nodes()) {
    nodes.push_back(node);
    if (!inner_blocks) continue;
    for (auto* inner : node->blocks()) append_nodes(inner, inner_blocks, nodes);
  }
}

}  // namespace

jit::Value* argument(const jit::Node* node, const std::string& name) {
  const auto* schema = node->maybeSchema();
  if (!schema) return nullptr;
  const auto index = schema->argumentIndexWithName(name);
  if (!index || static_cast<size_t>(*index) >= node->inputs().size()) return nullptr;
  return const_cast<jit::Value*>(node->inputs()[static_cast<size_t>(*index)]);
}

void set_argument(jit::Node* node, const std::string& name, jit::Value* value) {
  const auto index = node->schema().argumentIndexWithName(name);
  QTOOL_ASSERT(index.has_value());
  node->replaceInput(static_cast<size_t>(*index), value);
}

c10::IValue constant_argument(const jit::Node* node, const std::string& name) {
  const auto* value = argument(node, name);
  if (!value) return {};
  return jit::toIValue(value).value_or(c10::IValue());
}

std::string short_kind(const jit::Node* node) { return node->kind().toUnqualString(); }

bool is_ours(const jit::Node* node) {
  return std::string_view(node->kind().toQualString()).starts_with("qtool::");
}

std::vector<int64_t> for_each_axis(std::vector<int64_t> values, int64_t axes) {
  if (values.size() == 1) values.resize(size_t(axes), values[0]);
  return values;
}

jit::Value* constant_before(jit::Node* node, const c10::IValue& value) {
  const jit::WithInsertPoint here(node);
  return node->owningGraph()->insertConstant(value);
}

std::string source_of(const jit::Node* node) {
  const auto place = node->sourceRange().file_line_col();
  if (!place) return "";
  return std::get<0>(*place) + ":" + std::to_string(std::get<1>(*place));
}

std::vector<jit::Node*> nodes_of(jit::Block* block) {
  std::vector<jit::Node*> nodes;
  append_nodes(block, /*inner_blocks=*/false, nodes);
  return nodes;
}

std::vector<jit::Node*> all_nodes_of(jit::Block* block) {
  std::vector<jit::Node*> nodes;
  append_nodes(block, /*inner_blocks=*/true, nodes);
  return nodes;
}

const jit::Value* first_tensor(const jit::Node* node) {
  const auto outputs = node->outputs();
  const auto* found = std::find_if(outputs.begin(), outputs.end(), is_tensor);
  return found == outputs.end() ? nullptr : *found;
}

std::string operator_name(const jit::Node* node) {
  const std::string name = first_tensor(node)->debugName();
  return node->outputs().size() == 1 ? name : name.substr(0, name.rfind('.'));
}

bool is_transposed(const jit::Node* layer) { return short_kind(layer).starts_with("conv_transpose"); }

int64_t groups_of(const jit::Node* layer) {
  const auto groups = constant_argument(layer, "groups");
  return groups.isInt() ? groups.toInt() : 1;
}

int64_t output_channels(const jit::Node* layer, const at::Tensor& weight) {
  return is_transposed(layer) ? weight.size(1) * groups_of(layer) : weight.size(0);
}

jit::Value* insert_before(jit::Node* node, const std::string& kind, const std::vector<jit::Value*>& inputs) {
  auto& graph = *node->owningGraph();
  auto* fresh = graph.create(c10::Symbol::fromQualString(kind), inputs)->insertBefore(node);
  fresh->copyMetadata(node);
  return fresh->output();
}

void replace(jit::Node* node, const std::string& kind, const std::vector<jit::Value*>& inputs) {
  auto* fresh = insert_before(node, kind, inputs);
  fresh->copyMetadata(node->output(0));
  node->output(0)->replaceAllUsesWith(fresh);
  node->destroy();
}

bool is_tensor(const jit::Value* value) { return value->type()->isSubtypeOf(*c10::TensorType::get()); }

}  // namespace qtool
