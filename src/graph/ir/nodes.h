#pragma once
/// Small questions about nodes that several passes ask.
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

namespace qtool {

/// The input that the operator's schema calls `name`, or null where the schema has none of that name.
[[nodiscard]] torch::jit::Value* argument(const torch::jit::Node* node, const std::string& name);
/// Makes `value` that input, and no other one that reads the same value now. The schema must have it.
void set_argument(torch::jit::Node* node, const std::string& name, torch::jit::Value* value);
/// `name` as a constant; None where it is not constant or not there.
[[nodiscard]] c10::IValue constant_argument(const torch::jit::Node* node, const std::string& name);
/// `conv2d` for aten::conv2d.
[[nodiscard]] std::string short_kind(const torch::jit::Node* node);
/// Top-level nodes in order, safe to hold while nodes are inserted or destroyed.
[[nodiscard]] std::vector<torch::jit::Node*> nodes_of(torch::jit::Block* block);
/// Nodes of all blocks, depth first.
[[nodiscard]] std::vector<torch::jit::Node*> all_nodes_of(torch::jit::Block* block);
/// `net.py:12`, where the operator stands in the model's source; empty where that is not known.
[[nodiscard]] std::string source_of(const torch::jit::Node* node);
/// An operator of qtool's own (qat/fake_quant_ops.h).
[[nodiscard]] bool is_ours(const torch::jit::Node* node);
/// Of a layer: whether its convolution is a transposed one, whose weight has the channels that come out second.
[[nodiscard]] bool is_transposed(const torch::jit::Node* layer);
/// 1 where the layer has none, or not as a constant.
[[nodiscard]] int64_t groups_of(const torch::jit::Node* layer);
/// Channels of what a convolution or linear layer with this weight gives.
[[nodiscard]] int64_t output_channels(const torch::jit::Node* layer, const at::Tensor& weight);
/// A list argument of a convolution or pool; one number stands for all axes.
[[nodiscard]] std::vector<int64_t> for_each_axis(std::vector<int64_t> values, int64_t axes);
/// A constant that stands before the node, for it to read.
[[nodiscard]] torch::jit::Value* constant_before(torch::jit::Node* node, const c10::IValue& value);
[[nodiscard]] bool is_tensor(const torch::jit::Value* value);
/// The first output that is a tensor; null where there is none.
[[nodiscard]] const torch::jit::Value* first_tensor(const torch::jit::Node* node);
/// The name of an operator with such an output, whose name it is: `lstm` for the values lstm.0, lstm.1 and lstm.2, see
/// graph/passes/site_names.h.
[[nodiscard]] std::string operator_name(const torch::jit::Node* node);
/// The output of a new node of `kind` with these inputs, which stands where `node` stands in the model's source.
torch::jit::Value* insert_before(torch::jit::Node* node, const std::string& kind,
                                 const std::vector<torch::jit::Value*>& inputs);
/// Puts a node of `kind` with these inputs in the place of `node`, whose other outputs than the first have no uses.
void replace(torch::jit::Node* node, const std::string& kind, const std::vector<torch::jit::Value*>& inputs);

}  // namespace qtool
