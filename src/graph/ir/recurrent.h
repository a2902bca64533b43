#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>

namespace qtool {

/// Whether the node is an LSTM, GRU or RNN, over a sequence or of one step.
[[nodiscard]] bool is_recurrent(const torch::jit::Node* node);
/// Whether it is one of one step, as in nn.LSTMCell.
[[nodiscard]] bool is_cell(const torch::jit::Node* node);

/// Weights and biases of a recurrent node, one after the other among the inputs of some node.
struct RecurrentParameters {
  torch::jit::Node* reader;  ///< a cell itself; over a sequence the node that makes a list of them
  size_t first, count;       ///< among the reader's inputs

  [[nodiscard]] torch::jit::Value* value(size_t index) const { return reader->input(first + index); }
  void replace(size_t index, torch::jit::Value* value) const { reader->replaceInput(first + index, value); }
};

/// Nothing where no one value of the list is known.
[[nodiscard]] std::optional<RecurrentParameters> parameters_of(const torch::jit::Node* recurrent);
/// The same, in a list that this node alone reads.
[[nodiscard]] std::optional<RecurrentParameters> own_parameters_of(torch::jit::Node* recurrent);
/// How PyTorch's modules call the parameter at `index`: `weight_hh_l1_reverse`, of a cell `weight_hh`.
[[nodiscard]] std::string parameter_name(const torch::jit::Node* recurrent, size_t index);

}  // namespace qtool
