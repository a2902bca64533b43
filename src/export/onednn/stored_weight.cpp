#include "export/onednn/stored_weight.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/ir/plain_ascii.h"
#include "grid/affine.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

void emit_store(jit::Graph& graph, jit::Value* self, const char* attribute, jit::Value* value) {
  auto* node = graph.insertNode(graph.create(c10::prim::SetAttr, {self, value}, /*num_outputs=*/0));
  node->s_(c10::attr::name, attribute);
}

}  // namespace

StoredWeight::StoredWeight(const jit::Node* layer, const at::Tensor& weight, const at::Tensor& bias,
                           const QParams& qparams, const QParams& input, const std::vector<int64_t>& shape)
    : is_linear_(short_kind(layer) == "linear"),
      integers_(quantize(weight.detach(), qparams).to(at::kChar).contiguous()),
      scale_(qparams.scales().to(at::kFloat)),
      input_(input) {
  if (bias.defined()) bias_ = bias.detach();
  if (is_linear_) return;
  stride_ = constant_argument(layer, "stride");
  padding_ = constant_argument(layer, "padding");
  dilation_ = constant_argument(layer, "dilation");
  groups_ = constant_argument(layer, "groups");
  if (!shape.empty()) shape_ = shape;
}

std::string StoredWeight::path(const std::string& layer, const char* attribute) {
  return layer + ".int8." + attribute;
}

void StoredWeight::add_to(jit::Module& module, const std::string& layer) const {
  const auto add = [&](const char* name, const at::Tensor& value) {
    set_attribute(module, path(layer, name), value, c10::TensorType::get(), /*is_parameter=*/false);
  };
  add("packed", packed());
  add("weight_scale", scale_);
  if (bias_.defined()) add("bias", bias_);
}

void StoredWeight::complete(jit::Module& module, const std::string& layer) const {
  const auto at = [&](const char* name) { return plain_ascii(path(layer, name)); };
  set_attribute(module, at("weight"), integers_, c10::TensorType::get(), /*is_parameter=*/false);
  auto owner = module_at(module, plain_ascii(layer + ".int8"));
  std::vector<const char*> stored = {"weight", "weight_scale"};
  if (bias_.defined()) stored.push_back("bias");

  auto get = std::make_shared<jit::Graph>();
  auto* self = get->addInput("self")->setType(owner.type());
  std::vector<jit::Value*> values;
  values.reserve(stored.size());
  for (const auto* name : stored) values.push_back(get->insertGetAttr(self, name));
  auto* state = get->insertNode(get->createTuple(values))->output();
  get->registerOutput(state);
  add_method(owner, "__getstate__", get);

  auto put = std::make_shared<jit::Graph>();
  self = put->addInput("self")->setType(owner.type());
  auto* given = put->addInput("state")->setType(state->type());
  const auto parts = put->insertNode(put->createTupleUnpack(given))->outputs();
  for (size_t i = 0; i < stored.size(); ++i) emit_store(*put, self, stored[i], parts[i]);
  emit_store(*put, self, "packed", emit_packing(*put, parts[0], parts[1]));
  put->registerOutput(put->insertConstant(c10::IValue()));
  add_method(owner, "__setstate__", put);
}

jit::Value* StoredWeight::emit_packing(jit::Graph& graph, jit::Value* weight, jit::Value* scale) const {
  const auto symbol = [](const char* name) { return c10::Symbol::fromQualString(name); };
  if (is_linear_) return graph.insert(symbol("onednn::qlinear_prepack"), {weight, c10::IValue()});
  return graph.insert(symbol("onednn::qconv_prepack"), {weight, scale, input_.scale(), input_.zero_point(),
                                                        stride_, padding_, dilation_, groups_, shape_});
}

at::Tensor StoredWeight::packed() const {
  auto graph = std::make_shared<jit::Graph>();
  auto* weight = graph->addInput("weight");
  auto* scale = graph->addInput("scale");
  graph->registerOutput(emit_packing(*graph, weight, scale));
  jit::Stack stack{integers_, scale_};
  jit::InterpreterState(jit::Code(graph, "pack")).run(stack);
  return stack.at(0).toTensor();
}

}  // namespace qtool
