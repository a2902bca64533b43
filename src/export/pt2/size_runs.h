#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <unordered_map>
#include <vector>

#include "export/pt2/program_inputs.h"

namespace qtool {

/// A value of a graph as it was in one run.
struct SeenValue {
  at::ScalarType type = at::kFloat;  ///< of a tensor, as are sizes and strides
  std::vector<int64_t> sizes = {}, strides = {};
  size_t count = 0;        ///< of the tensors of a list
  c10::IValue other = {};  ///< what is no tensor, and no list of tensors
};

/// Runs a straight-line graph on zeros, once for each of several values of its symbols, to find out the sizes of all
/// values and how they follow from the symbols. Steps to int8 and back only change the type
/// (export/pt2/decomposed_ops.h).
class SizeRuns {
 public:
  /// A symbol at whose other values the graph does not run stands for its hint alone.
  SizeRuns(const torch::jit::Module& module, const ProgramInputs& inputs);

  [[nodiscard]] bool all_symbols_vary() const { return symbols_.size() == points_[0].size(); }

  /// The value with the symbols' hints.
  [[nodiscard]] const SeenValue& seen(const torch::jit::Value* value) const { return runs_[0].at(value); }
  /// A number, text, type or list of these that was the same in all runs.
  [[nodiscard]] std::optional<c10::IValue> constant(const torch::jit::Value* value) const;

  [[nodiscard]] const SymbolValues& hints() const { return points_[0]; }

  /// Sizes along one axis of a tensor in all runs; strides; a number; an element of a list of numbers.
  using Numbers = std::vector<int64_t>;
  [[nodiscard]] Numbers size(const torch::jit::Value* value, size_t axis) const;
  [[nodiscard]] Numbers stride(const torch::jit::Value* value, size_t axis) const;
  [[nodiscard]] Numbers number(const torch::jit::Value* value) const;
  [[nodiscard]] Numbers element(const torch::jit::Value* list, size_t index) const;

  /// How such numbers follow from the symbols; nothing where that was not found.
  [[nodiscard]] std::optional<SizeExpression> expression(const Numbers& numbers) const;

 private:
  using Run = std::unordered_map<const torch::jit::Value*, SeenValue>;
  void add_runs(const torch::jit::Module& module, const ProgramInputs& inputs);
  [[nodiscard]] std::optional<SizeExpression> linear(const Numbers& numbers) const;

  std::vector<SizeExpression> known_;
  std::vector<SizeExpression> symbols_;
  std::vector<SymbolValues> points_;
  std::vector<Run> runs_;
};

}  // namespace qtool
