#pragma once
namespace torch::jit {
struct Node;
struct Module;
}  // namespace torch::jit

namespace qtool {

/// Rewrites of what torch.export's run_decompositions() has made of one operator, each for a node of its kind; the node
/// stays where another output of it is used than the first.
///
///   %y, %mean, %std = aten::_native_batch_norm_legit_no_training(%x, %w, %b, %rm, %rv, %momentum, %eps)
///                            ->  %y = aten::batch_norm(%x, %w, %b, %rm, %rv, %false, %momentum, %eps, %false)
void batch_norm_of_inference(torch::jit::Node* node);
///   %y, %at = aten::max_pool2d_with_indices(%x, ...)   ->  %y = aten::max_pool2d(%x, ...)
void pool_without_indices(torch::jit::Node* node);
///   %y, %mean, %std = aten::native_layer_norm(%x, %shape, %w, %b, %eps)
///                                                      ->  %y = aten::layer_norm(%x, %shape, %w, %b, %eps, %false)
void layer_norm_of_native(torch::jit::Node* node);
///   %t = aten::permute(%w, [1, 0])
///   %y = aten::addmm(%b, %x, %t, 1, 1)                 ->  %y = aten::linear(%x, %w, %b)
/// and of an attribute %w in the place of %t, as in GPT-2's Conv1D, %y = aten::linear(%x, aten::t(%w), %b).
void linear_of_addmm(torch::jit::Node* node, const torch::jit::Module& module);
///   %y = aten::mm(%x, %t)                              ->  %y = aten::linear(%x, %w, None)
/// and likewise.
void linear_of_mm(torch::jit::Node* node, const torch::jit::Module& module);
/// The same for a parameter %w that aten::matmul multiplies with.
void linear_of_matmul(torch::jit::Node* node, const torch::jit::Module& module);

}  // namespace qtool
