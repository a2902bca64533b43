#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace qtool {

/// How fake-quant is spelled in a graph. Each function emits at the graph's insert point.
class FakeQuantForm {
 public:
  virtual ~FakeQuantForm() = default;
  /// Fake-quant of a layer's weight.
  virtual torch::jit::Value* weight(torch::jit::Value* weight, size_t site) = 0;
  /// Fake-quant of an activation that the kernel puts on the site's grid.
  virtual torch::jit::Value* activation(torch::jit::Value* x, size_t site) = 0;
  /// Fake-quant of what a clip makes of values on the site's grid, back onto that grid.
  virtual torch::jit::Value* again(torch::jit::Value* x, size_t site) = 0;
  /// The same for what an average makes of them; may change how the average is computed.
  virtual torch::jit::Value* average(torch::jit::Value* x, size_t site) = 0;
  /// What takes the place of an LSTM or GRU that puts the sequence on a grid, and its state at each step: its outputs.
  /// Of forms of such plans.
  virtual std::vector<torch::jit::Value*> recurrence(torch::jit::Node* node, size_t site);
};

/// Walks the plan and puts fake-quant where int8 rounds:
///
///   %y = aten::conv2d(%x, %w, ...)
///   ->
///   %w' = WEIGHT(%w)
///   %y  = aten::conv2d(%x', %w', ...)
///   %y' = ACTIVATION(%y)
///
/// A float tensor that an int8 operator reads is fake-quantized for that reader alone. Averages and clips on their own
/// go back onto the grid of their input.
class FakeQuantInsertion {
 public:
  /// `values`: by the plan's names of operators and values, those of the graph that are called otherwise there; the
  /// rest are found by their names. Sites that are not `enabled` stay float.
  FakeQuantInsertion(const std::shared_ptr<torch::jit::Graph>& graph, const QuantPlan& plan,
                     const std::vector<bool>& enabled, FakeQuantForm& form,
                     const std::map<std::string, torch::jit::Value*>& values = {});
  void run();

 private:
  void quantize_weight(const PlannedOperator& op);
  void quantize_listed_weights(const PlannedOperator& op);
  void quantize_site(size_t site);
  void quantize_at_run_time(size_t site);
  void quantize_again(const PlannedOperator& op);
  torch::jit::Value* insert_after(torch::jit::Value* value, size_t site);
  void quantize_for_int8_readers(torch::jit::Value* value, size_t site);

  std::shared_ptr<torch::jit::Graph> graph_;
  const QuantPlan& plan_;
  const std::vector<bool>& enabled_;
  FakeQuantForm& form_;
  std::map<std::string, torch::jit::Value*> values_;  ///< where the plan's values are now
  std::map<std::string, torch::jit::Node*> layers_;   ///< nodes by the name of their operator
};

}  // namespace qtool
