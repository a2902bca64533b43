#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

#include "export/lowering/stored_state.h"
#include "grid/qparams.h"

namespace qtool {

/// The weight of one layer in a module of its own, `<layer>.int8`, which forward() reads `packed`, `weight_scale` and
/// `bias` of. The file holds all but `packed`, oneDNN's layout of this processor, which is made when it is loaded, and
/// the integers at their bits (export/lowering/packed_bits.h).
class StoredWeight {
 public:
  /// `weight` and `bias` float32, `bias` undefined where there is none; `input` is the grid of what the layer reads,
  /// `shape` its shape where it is known.
  StoredWeight(const torch::jit::Node* layer, const at::Tensor& weight, const at::Tensor& bias,
               const QParams& qparams, const QParams& input, const std::vector<int64_t>& shape);

  /// Where forward() may read, given the layer's name.
  [[nodiscard]] static std::string path(const std::string& layer, const char* attribute);
  [[nodiscard]] StoredState state(const std::string& layer) const;

 private:
  /// Emits what packs these integers, and returns its result.
  torch::jit::Value* emit_packing(torch::jit::Graph& graph, torch::jit::Value* weight,
                                  torch::jit::Value* scale) const;
  [[nodiscard]] at::Tensor packed() const;

  bool is_linear_;
  at::Tensor integers_, scale_, bias_;
  QuantScheme scheme_;
  QParams input_;
  c10::IValue stride_, padding_, dilation_, groups_, shape_;
};

}  // namespace qtool
