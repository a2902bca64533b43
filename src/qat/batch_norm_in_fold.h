#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <string>

namespace qtool {

/// Puts each batch norm that folding would take away into the fold, where training can go on with it:
///
///   %c = aten::conv2d(%x, %w, %b, ...); %y = aten::batch_norm(%c, ...)
///   ->
///   %f = qtool::batch_norm_factor(%gamma, %var, eps)
///   %c = aten::conv2d(%x, qtool::times_channels(%w, %f, axis, groups), qtool::times_channels(%b, %f, 0, 1), ...)
///   %y = qtool::batch_norm_in_fold(%c, %gamma, %beta, %mean, %var, %frozen, eps)
///
/// so that what fake-quant sees is the weight that int8 will have. `frozen` is the path of the switch. Returns %y by
/// the name of %c, under which the folded graph has it.
std::map<std::string, torch::jit::Value*> put_batch_norms_into_folds(torch::jit::Module& module,
                                                                     torch::jit::Graph& graph,
                                                                     const std::string& frozen);

}  // namespace qtool
