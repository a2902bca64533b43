#pragma once
#include <torch/csrc/jit/ir/ir.h>

namespace qtool {

/// Makes operators of one tensor each of those that make or take a list of tensors, so that a plan can follow the
/// values. Works on one node, in place; one whose list is not taken apart at once stays as it is.
///
///   %l = aten::chunk(%x, %n, %dim)
///   %a, %b = prim::ListUnpack(%l)      ->  %a = aten::slice(%x, %dim, %0, %s, %1)
///                                          %b = aten::slice(%x, %dim, %s, %2s, %1), %s of them a piece
///
/// aten::split and aten::split_with_sizes likewise, and aten::unbind, which becomes aten::select.
void take_list_apart(torch::jit::Node* node);

/// Joins what was unsqueezed, in the place of a stack.
///
///   %y = aten::stack([%a, %b], %dim)   ->  %y = aten::cat([unsqueeze(%a, %dim), unsqueeze(%b, %dim)], %dim)
void stack_by_cat(torch::jit::Node* node);

/// Cuts by the two ends, in the place of a beginning and a length.
///
///   %y = aten::narrow(%x, %dim, %from, %length)  ->  %y = aten::slice(%x, %dim, %from, %from + %length, %1)
void narrow_by_slice(torch::jit::Node* node);

}  // namespace qtool
