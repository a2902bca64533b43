#include "graph/ir/recurrent.h"

#include <algorithm>
#include <array>
#include <vector>

#include "graph/ir/nodes.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

bool is_true(const jit::Node* node, const char* name) {
  const auto value = constant_argument(node, name);
  return value.isBool() && value.toBool();
}

}  // namespace

bool is_recurrent(const jit::Node* node) {
  static const std::array kinds = {c10::aten::lstm, c10::aten::gru, c10::aten::rnn_tanh, c10::aten::rnn_relu};
  return std::find(kinds.begin(), kinds.end(), node->kind()) != kinds.end();
}

jit::Node* parameter_list(const jit::Node* recurrent) {
  auto* list = argument(recurrent, "params");
  return list && list->node()->kind() == c10::prim::ListConstruct ? list->node() : nullptr;
}

jit::Node* own_parameter_list(jit::Node* recurrent) {
  auto* list = parameter_list(recurrent);
  if (list->output()->uses().size() == 1) return list;
  auto* own = recurrent->owningGraph()->createClone(list, [](jit::Value* element) { return element; });
  recurrent->replaceInputWith(list->output(), own->insertBefore(recurrent)->output());
  return own;
}

std::string parameter_name(const jit::Node* recurrent, size_t index) {
  std::vector<std::string> roles = {"weight_ih", "weight_hh"};
  if (is_true(recurrent, "has_biases")) roles.insert(roles.end(), {"bias_ih", "bias_hh"});
  const bool is_bidirectional = is_true(recurrent, "bidirectional");
  const auto layers = constant_argument(recurrent, "num_layers");
  const auto* list = parameter_list(recurrent);
  const size_t directions = is_bidirectional ? 2 : 1;
  if (layers.isInt() && list->inputs().size() == (roles.size() + 1) * directions * size_t(layers.toInt()))
    roles.emplace_back("weight_hr");
  const auto place = index / roles.size();
  return roles[index % roles.size()] + "_l" + std::to_string(place / directions) +
         (place % directions == 1 ? "_reverse" : "");
}

}  // namespace qtool
