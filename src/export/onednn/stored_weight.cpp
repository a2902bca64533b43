#include "export/onednn/stored_weight.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <utility>
#include <vector>

#include "export/lowering/packed_bits.h"
#include "graph/ir/nodes.h"
#include "grid/affine.h"

namespace qtool {

namespace jit = torch::jit;

StoredWeight::StoredWeight(const jit::Node* layer, const at::Tensor& weight, const at::Tensor& bias,
                           const QParams& qparams, const QParams& input, const std::vector<int64_t>& shape)
    : is_linear_(short_kind(layer) == "linear"),
      integers_(quantize(weight.detach(), qparams)),
      scale_(qparams.scales().to(at::kFloat)),
      scheme_(qparams.scheme()),
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

StoredState StoredWeight::state(const std::string& layer) const {
  std::vector<StoredState::Part> parts = {{"weight", pack_bits(integers_, scheme_)},
                                          {"weight_scale", scale_, /*is_read=*/true}};
  if (bias_.defined()) parts.push_back({"bias", bias_, /*is_read=*/true});
  return {layer + ".int8", std::move(parts), "packed", packed(),
          [this_layer = *this](jit::Graph& graph, const std::vector<jit::Value*>& values) {
            auto* integers =
                emit_unpacking(graph, values[0], this_layer.scheme_, this_layer.integers_.sizes().vec());
            return this_layer.emit_packing(graph, integers, values[1]);
          }};
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
  jit::Stack stack{integers_.to(at::kChar).contiguous(), scale_};
  jit::InterpreterState(jit::Code(graph, "pack")).run(stack);
  return stack.at(0).toTensor();
}

}  // namespace qtool
