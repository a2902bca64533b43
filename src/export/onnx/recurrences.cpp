#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>

#include <algorithm>

#include "export/onnx/grids.h"
#include "export/onnx/operators.h"
#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"

namespace qtool::onnx {
namespace {

namespace jit = torch::jit;

/// ONNX's operator for one layer of a recurrent one of LibTorch's.
struct RecurrentForm {
  const char* type;
  std::vector<int64_t> gates;  ///< in ONNX's order, each by its place in LibTorch's weights
  size_t states = 1;           ///< that go from step to step
  Attributes attributes = {};
  const char* activation = nullptr;  ///< where it is not ONNX's own
};

/// Emits a recurrent operator layer by layer: ONNX has layers of one or two directions, sequences before batches, and
/// the directions of an output in a dimension of their own.
class Recurrence {
 public:
  Recurrence(Emitter& e, const RecurrentForm& form)
      : e_(e),
        form_(form),
        parameters_(e.elements("params")),
        directions_(e.flag("bidirectional") ? 2 : 1),
        each_(e.flag("has_biases") ? 4 : 2),
        layers_(size_t(e.integer("num_layers"))) {
    if (e.flag("train") && e.number("dropout") > 0) e.refuse("it drops values between its layers");
    const auto hidden = tensor(1).size(1);
    std::vector<at::Tensor> rows;
    for (const auto gate : form.gates)
      rows.push_back(at::arange(gate * hidden, (gate + 1) * hidden, at::kLong));
    rows_ = at::cat(rows);
    attributes_ = form.attributes;
    attributes_["hidden_size"] = hidden;
    attributes_["direction"] = std::string(directions_ == 2 ? "bidirectional" : "forward");
    if (form.activation) attributes_["activations"] = std::vector<std::string>(directions_, form.activation);
  }

  void emit() {
    const bool batch_first = e_.flag("batch_first");
    const auto initial = initial_states();
    auto x = batch_first ? swapped(e_.tensor("input")) : e_.tensor("input");
    std::vector<std::vector<std::string>> last(form_.states);
    for (size_t layer = 0; layer < layers_; ++layer) {
      const auto made = e_.builder().add_many(form_.type, operands(x, layer, initial), e_.hint(),
                                              1 + form_.states, attributes_);
      for (size_t i = 0; i < form_.states; ++i) last[i].push_back(made[1 + i]);
      x = directions_joined(made[0]);
    }
    e_.out(batch_first ? swapped(x) : x);
    for (size_t i = 0; i < form_.states; ++i) e_.out(stacked(last[i]), 1 + i);
  }

 private:
  using States =
      std::vector<std::vector<std::string>>;  ///< for each state of each layer; none where all are zeros

  [[nodiscard]] at::Tensor tensor(size_t index) const {
    const auto& constant = parameters_.at(index).constant;
    if (!constant || !constant->isTensor()) e_.refuse("its weights are known only when the model runs");
    return constant->toTensor().detach();
  }

  [[nodiscard]] std::string name(size_t index) const {
    return operator_name(e_.node()) + "." + parameter_name(e_.node(), index);
  }

  /// Integers and scales stand as in our other files. OpenVINO folds what gathers, and such weights alone.
  [[nodiscard]] std::string weight(size_t index) const {
    if (const auto& site = parameters_.at(index).site) {
      const auto held = e_.conversion().grids()->weight(e_, tensor(index), *site, /*is_transposed=*/false);
      return e_.add("Gather",
                    {held, e_.builder().own_constant(rows_.unsqueeze(0), operator_name(e_.node()) + "/rows")},
                    {{"axis", int64_t(0)}});
    }
    return e_.builder().constant(tensor(index).index_select(0, rows_).unsqueeze(0), name(index));
  }

  /// Those of what comes and of the state, one behind the other.
  [[nodiscard]] std::string bias(size_t index) const {
    const auto both =
        at::cat({tensor(index).index_select(0, rows_), tensor(index + 1).index_select(0, rows_)})
            .unsqueeze(0);
    return e_.builder().constant(both, name(index));
  }

  [[nodiscard]] std::string stacked(const std::vector<std::string>& parts) const {
    return parts.size() == 1 ? parts[0] : e_.add("Concat", parts, {{"axis", int64_t(0)}});
  }

  /// Of both directions of a layer, from the parameter at `place` of each.
  template <class Make>
  [[nodiscard]] std::string of_directions(size_t layer, size_t place, Make make) const {
    std::vector<std::string> parts;
    for (size_t i = 0; i < directions_; ++i) parts.push_back(make((layer * directions_ + i) * each_ + place));
    return stacked(parts);
  }

  [[nodiscard]] std::vector<std::string> operands(const std::string& x, size_t layer,
                                                  const States& initial) const {
    const auto weight_at = [this](size_t index) { return weight(index); };
    std::vector<std::string> names = {x, of_directions(layer, 0, weight_at),
                                      of_directions(layer, 1, weight_at)};
    if (each_ == 4) names.push_back(of_directions(layer, 2, [this](size_t index) { return bias(index); }));
    if (initial.empty()) return names;
    if (each_ == 2) names.emplace_back();
    names.emplace_back();  // lengths of sequences: they are all whole
    for (const auto& state : initial) names.push_back(state[layer]);
    return names;
  }

  [[nodiscard]] std::vector<jit::Value*> given_states() const {
    auto* hx = qtool::argument(e_.node(), "hx");
    if (hx->node()->kind() != c10::prim::ListConstruct) return {hx};
    return hx->node()->inputs().vec();
  }

  /// Those that ONNX has where none are given: they fit any batch.
  [[nodiscard]] bool is_zeros(jit::Value* state) const {
    const auto value = e_.conversion().of(state);
    if (value.constant && value.constant->isTensor())
      return value.constant->toTensor().count_nonzero().item<int64_t>() == 0;
    return state->node()->kind() == c10::aten::zeros;
  }

  [[nodiscard]] States initial_states() const {
    const auto given = given_states();
    if (given.size() != form_.states) e_.refuse("its states are known only when the model runs");
    if (std::all_of(given.begin(), given.end(), [this](auto* state) { return is_zeros(state); })) return {};
    States states;
    for (auto* state : given) states.push_back(of_layers(e_.tensor(e_.conversion().of(state))));
    return states;
  }

  [[nodiscard]] std::vector<std::string> of_layers(const std::string& state) const {
    if (layers_ == 1) return {state};
    const std::vector<int64_t> lengths(layers_, int64_t(directions_));
    return e_.builder().add_many("Split", {state, e_.builder().constant(lengths)}, e_.hint(), layers_,
                                 {{"axis", int64_t(0)}});
  }

  [[nodiscard]] std::string swapped(const std::string& x) const {
    return e_.add("Transpose", {x}, {{"perm", std::vector<int64_t>{1, 0, 2}}});
  }

  /// [steps, directions, batch, values] as [steps, batch, directions * values].
  [[nodiscard]] std::string directions_joined(const std::string& y) const {
    if (directions_ == 1) return e_.add("Squeeze", {y, e_.builder().constant(std::vector<int64_t>{1})});
    const auto moved = e_.add("Transpose", {y}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
    return e_.add("Reshape", {moved, e_.builder().constant(std::vector<int64_t>{0, 0, -1})});
  }

  Emitter& e_;
  const RecurrentForm& form_;
  std::vector<Converted> parameters_;
  size_t directions_, each_, layers_;
  at::Tensor rows_;
  Attributes attributes_;
};

/// LibTorch's input, forget, cell and output gates.
void lstm(Emitter& e) {
  static const RecurrentForm form{.type = "LSTM", .gates = {0, 3, 1, 2}, .states = 2};
  Recurrence(e, form).emit();
}

/// Its reset, update and new gates, of which the last has a bias of its own for the state.
void gru(Emitter& e) {
  static const RecurrentForm form{
      .type = "GRU", .gates = {1, 0, 2}, .attributes = {{"linear_before_reset", int64_t(1)}}};
  Recurrence(e, form).emit();
}

void rnn_tanh(Emitter& e) {
  static const RecurrentForm form{.type = "RNN", .gates = {0}};
  Recurrence(e, form).emit();
}

void rnn_relu(Emitter& e) {
  static const RecurrentForm form{.type = "RNN", .gates = {0}, .activation = "Relu"};
  Recurrence(e, form).emit();
}

std::string objection_to_recurrence(const jit::Node* node) {
  if (!qtool::argument(node, "batch_first")) return "its sequences are packed";
  const auto parameters = parameters_of(node);
  if (!parameters) return "its weights are known only when the model runs";
  return parameter_name(node, parameters->count - 1).starts_with("weight_hr") ? "it has projections" : "";
}

constexpr OperatorRow kRecurrentRows[] = {
    {"aten::lstm", lstm, objection_to_recurrence},
    {"aten::gru", gru, objection_to_recurrence},
    {"aten::rnn_tanh", rnn_tanh, objection_to_recurrence},
    {"aten::rnn_relu", rnn_relu, objection_to_recurrence},
};

}  // namespace

std::span<const OperatorRow> recurrences() { return kRecurrentRows; }

}  // namespace qtool::onnx
