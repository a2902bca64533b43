#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "export/lowering/stored_state.h"
#include "solve/solution.h"

namespace qtool {

/// Puts int8 operators in the place of those that a plan has in int8, with as few steps between float and int8 as the
/// plan allows: a value is quantized once, and only where an int8 operator reads it; dequantized once, and only where a
/// float operator or the caller does. A target says what the operators and these steps are.
class Int8Lowering {
 public:
  Int8Lowering(const Int8Lowering&) = delete;
  Int8Lowering& operator=(const Int8Lowering&) = delete;
  virtual ~Int8Lowering() = default;

  [[nodiscard]] Model run();

 protected:
  explicit Int8Lowering(const Solution& solution);

  /// What takes an operator's place in int8, what is fused into it included; float32 where it has no output site.
  virtual torch::jit::Value* emit(const PlannedOperator& op, torch::jit::Node* node) = 0;
  /// What takes the place of a layer, or of an LSTM or GRU, that quantizes its input when it comes: its outputs. Of
  /// targets that have such.
  virtual std::vector<torch::jit::Value*> emit_dynamic(const PlannedOperator& op, torch::jit::Node* node);
  virtual torch::jit::Value* quantized(torch::jit::Value* value, size_t site) = 0;
  virtual torch::jit::Value* dequantized(torch::jit::Value* value, size_t site) = 0;

  /// The int8 form of a value of the canonical graph, for an int8 operator at the insert point.
  torch::jit::Value* int8_of(torch::jit::Value* value);
  /// The float form of a value that has an int8 one, for what stands at `before` or behind.
  torch::jit::Value* float_of(torch::jit::Value* value, torch::jit::Node* before);
  [[nodiscard]] torch::jit::Value* canonical_value(const std::string& name) const { return values_.at(name); }
  /// Adds what forward() reads of `state` to the module, and when that has its last form what the file holds.
  void keep(StoredState state);
  torch::jit::Value* insert(const std::string& kind, at::ArrayRef<torch::jit::NamedValue> inputs);
  /// The node's operator on other inputs, and on another first one.
  torch::jit::Value* emit_with(const std::vector<torch::jit::Value*>& inputs, torch::jit::Node* node);
  torch::jit::Value* emit_on(torch::jit::Value* x, torch::jit::Node* node);
  /// Undefined where the argument is no tensor attribute.
  [[nodiscard]] at::Tensor tensor_argument(const torch::jit::Node* node, const char* name) const;
  /// Of an operator that makes its output.
  [[nodiscard]] const QParams& output_of(const PlannedOperator& op) const;

  const Model& canonical_;
  const QuantPlan& plan_;
  const std::vector<QParams>& qparams_;
  torch::jit::Module module_;
  std::shared_ptr<torch::jit::Graph> graph_;

 private:
  const PlannedOperator* planned(const torch::jit::Node* node) const;
  const PlannedOperator* emitted_at(const torch::jit::Node* node) const;
  const PlannedOperator* with_float_input(const torch::jit::Node* node) const;
  void lower_with_float_input(const PlannedOperator& op, torch::jit::Node* node);
  void store_listed_weights(const PlannedOperator& op, torch::jit::Node* node);
  void take_place(torch::jit::Node* node, at::ArrayRef<torch::jit::Value*> made);
  using StoredForm = StoredState (*)(const std::string& path, const at::Tensor& weight,
                                     const QParams& qparams);
  std::string stored_once(const std::string& path, const at::Tensor& weight, size_t site, StoredForm form);
  torch::jit::Value* emit_look_up(const PlannedOperator& op, torch::jit::Node* node);
  void give_own_list(torch::jit::Node* node);
  void lower(torch::jit::Node* node);
  bool is_list_for_int8(const torch::jit::Node* node) const;
  void give_float(torch::jit::Node* node, torch::jit::Node* before);

  std::map<std::string, const PlannedOperator*> operators_;
  std::map<std::string, torch::jit::Value*> values_;             ///< of the canonical graph, by name
  std::map<const torch::jit::Value*, torch::jit::Value*> int8_;  ///< canonical value -> its int8 form
  std::map<const torch::jit::Value*, torch::jit::Value*>
      float_;  ///< canonical value with an int8 form -> its float form
  std::vector<StoredState> stored_;
  std::map<std::tuple<const void*, std::string, StoredForm>, std::string> paths_;  ///< see stored_once()
};

}  // namespace qtool
