#pragma once
#include <span>
#include <string>

#include "export/onnx/emitter.h"

namespace qtool::onnx {

/// How an operator is written: one row of the table. It emits nodes and gives the result (Emitter::out).
struct OperatorRow {
  const char* kind;  ///< `aten::conv2d`
  void (*emit)(Emitter&);
  /// Why ONNX has no form of it as it stands there, whatever shapes it reads; empty: it has one. Null: it always has.
  std::string (*objection)(const torch::jit::Node*) = nullptr;
};

/// The row of `kind`, null where ONNX cannot hold it.
[[nodiscard]] const OperatorRow* find_row(const std::string& kind);

// The table's parts, by what the operators do.
[[nodiscard]] std::span<const OperatorRow> layers();       ///< with a weight; matrix products
[[nodiscard]] std::span<const OperatorRow> elementwise();  ///< each value for itself, or pairs of them
[[nodiscard]] std::span<const OperatorRow> moves();        ///< only move, pick or repeat values
[[nodiscard]] std::span<const OperatorRow> windows();      ///< pooling, resizing
[[nodiscard]] std::span<const OperatorRow> reductions();   ///< sums, softmax, norms
[[nodiscard]] std::span<const OperatorRow> creations();    ///< new tensors, other types
[[nodiscard]] std::span<const OperatorRow> recurrences();  ///< LSTM, GRU, RNN
[[nodiscard]] std::span<const OperatorRow>
attentions();  ///< what is one operator in LibTorch and several in ONNX

}  // namespace qtool::onnx
