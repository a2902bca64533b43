#pragma once
#include <string>
#include <vector>

#include "export/onnx/emitter.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace qtool::onnx {

/// How a runtime wants QuantizeLinear and DequantizeLinear (QDQ) placed, so that it fuses them with what is between.
struct GridStyle {
  /// Activations are int8 with the zero point 0, where qtool's grid is uint8 with the zero point in the middle.
  bool signed_activations = false;
  bool int32_bias = false;   ///< a layer's bias is int32, on the grid of its products
  bool after_moves = false;  ///< what only moves values is followed by QDQ, so that it runs in int8
  /// Weights of at most 4 bits are INT4 in the file, and a Cast makes them int8: such a runtime does that once, when it
  /// loads the file, and runs its int8 kernels.
  bool int4_weights = false;
};

/// Writes the grids of a solution into an ONNX file.
class Grids {
 public:
  Grids(const QuantPlan& plan, const std::vector<QParams>& qparams, const GridStyle& style)
      : plan_(plan), qparams_(qparams), style_(style) {}

  /// Marks in `graph` where a tensor goes onto a grid, by nodes of kind on_grid().
  void insert(const std::shared_ptr<torch::jit::Graph>& graph) const;
  /// Emits such a node: QDQ of an activation; a weight waits for its layer.
  void emit(Emitter& e) const;
  [[nodiscard]] bool has_groups(size_t site) const { return qparams_[site].scheme().group() > 0; }
  /// DequantizeLinear of the int8 `weight`, which may be a transposed one.
  [[nodiscard]] std::string weight(Emitter& e, const at::Tensor& weight, size_t site,
                                   bool is_transposed) const;
  /// Rows of an embedding's table, which are picked in int8.
  [[nodiscard]] std::string rows(Emitter& e, const at::Tensor& table, size_t site,
                                 const std::string& indices) const;
  /// DequantizeLinear of a layer's bias; empty where it stays float.
  [[nodiscard]] std::string bias(Emitter& e, const at::Tensor& bias, size_t input_site,
                                 size_t weight_site) const;

 private:
  [[nodiscard]] std::string weight_in_groups(Emitter& e, const at::Tensor& weight, size_t site,
                                             bool is_transposed) const;
  /// The integers of a weight, as int8, called `name`.
  [[nodiscard]] std::string held(Builder& builder, const at::Tensor& integers, const QuantScheme& scheme,
                                 const std::string& name) const;

  const QuantPlan& plan_;
  const std::vector<QParams>& qparams_;
  GridStyle style_;
};

}  // namespace qtool::onnx
