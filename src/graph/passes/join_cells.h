#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace qtool {

/// Makes aten::lstm_cell and aten::gru_cell of the operators that a trace of them has, some of which change in place
/// what nobody else reads.
void join_cells(std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace qtool
