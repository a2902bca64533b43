#include "graph/ir/recurrent.h"

#include <algorithm>
#include <array>
#include <vector>

#include "graph/ir/nodes.h"

namespace qtool {

namespace jit = torch::jit;

namespace {

constexpr std::array kRoles = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};

bool is_true(const jit::Node* node, const char* name) {
  const auto value = constant_argument(node, name);
  return value.isBool() && value.toBool();
}

}  // namespace

bool is_recurrent(const jit::Node* node) {
  static const std::array kinds = {c10::aten::lstm, c10::aten::gru, c10::aten::rnn_tanh, c10::aten::rnn_relu};
  return is_cell(node) || std::find(kinds.begin(), kinds.end(), node->kind()) != kinds.end();
}

bool is_cell(const jit::Node* node) {
  static const std::array kinds = {c10::aten::lstm_cell, c10::aten::gru_cell, c10::aten::rnn_tanh_cell,
                                   c10::aten::rnn_relu_cell};
  return std::find(kinds.begin(), kinds.end(), node->kind()) != kinds.end();
}

std::optional<RecurrentParameters> parameters_of(const jit::Node* recurrent) {
  if (is_cell(recurrent)) {
    constexpr size_t kFirst = 2;  // behind input and state
    size_t count = kRoles.size();
    while (count > 0 && recurrent->input(kFirst + count - 1)->mustBeNone()) --count;
    return RecurrentParameters{const_cast<jit::Node*>(recurrent), kFirst, count};
  }
  auto* list = argument(recurrent, "params");
  if (!list || list->node()->kind() != c10::prim::ListConstruct) return std::nullopt;
  return RecurrentParameters{list->node(), 0, list->node()->inputs().size()};
}

std::optional<RecurrentParameters> own_parameters_of(jit::Node* recurrent) {
  auto parameters = parameters_of(recurrent);
  if (!parameters || is_cell(recurrent) || parameters->reader->output()->uses().size() == 1)
    return parameters;
  auto* list = parameters->reader;
  auto* own = recurrent->owningGraph()->createClone(list, [](jit::Value* element) { return element; });
  recurrent->replaceInputWith(list->output(), own->insertBefore(recurrent)->output());
  parameters->reader = own;
  return parameters;
}

std::string parameter_name(const jit::Node* recurrent, size_t index) {
  if (is_cell(recurrent)) return kRoles.at(index);
  std::vector<std::string> roles(kRoles.begin(), kRoles.begin() + (is_true(recurrent, "has_biases") ? 4 : 2));
  const bool is_bidirectional = is_true(recurrent, "bidirectional");
  const auto layers = constant_argument(recurrent, "num_layers");
  const auto count = parameters_of(recurrent)->count;
  const size_t directions = is_bidirectional ? 2 : 1;
  if (layers.isInt() && count == (roles.size() + 1) * directions * size_t(layers.toInt()))
    roles.emplace_back("weight_hr");
  const auto place = index / roles.size();
  return roles[index % roles.size()] + "_l" + std::to_string(place / directions) +
         (place % directions == 1 ? "_reverse" : "");
}

}  // namespace qtool
