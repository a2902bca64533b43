#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace qtool {

/// Whether the node is an LSTM, GRU or RNN over a sequence, which reads its parameters in a list.
[[nodiscard]] bool is_recurrent(const torch::jit::Node* node);
/// The node that makes that list of values; null where no one value of the list is known.
[[nodiscard]] torch::jit::Node* parameter_list(const torch::jit::Node* recurrent);
/// The same, read by this node alone.
torch::jit::Node* own_parameter_list(torch::jit::Node* recurrent);
/// How PyTorch's modules call the parameter at `index` of the list: `weight_hh_l1_reverse`.
[[nodiscard]] std::string parameter_name(const torch::jit::Node* recurrent, size_t index);

}  // namespace qtool
