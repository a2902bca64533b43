#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>

namespace qtool {

/// Padding with zeros in front of a convolution becomes part of it, where it is the same on both sides:
///
///   %y = aten::constant_pad_nd(%x, [1, 1, 2, 2], 0.)
///   %z = aten::conv2d(%y, ..., padding=[0, 0], ...)   ->   %z = aten::conv2d(%x, ..., padding=[2, 1], ...)
void merge_padding(torch::jit::Module& module);

/// The same for padding that differs from side to side, which is made even by zeros in the kernel, on the side with
/// less: kernel 3 behind padding (0, 1) becomes kernel 4, a zero in front, with padding 1. Only of convolutions that
/// `may_grow`, and where the zeros cost less than the padding does. The kernel is `<convolution>.padded_weight` then.
void merge_uneven_padding(torch::jit::Module& module,
                          const std::function<bool(const torch::jit::Node* convolution)>& may_grow);

}  // namespace qtool
