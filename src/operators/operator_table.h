#pragma once
#include <string>
#include <vector>

#include "grid/fixed_grid.h"

namespace qtool {

/// What an operator does to values, as far as int8 is concerned.
enum class OperatorClass {
  kLayer,  ///< has a weight: what quantization is for. Its input is quantized if need be; the output has its
           ///< own grid
  kCombine,     ///< joins tensors (add, mul, cat): int8 where all of them are; the output has its own grid
  kActivation,  ///< a curve (hardswish): int8 where its input is; the output has its own grid
  kLookUp,  ///< picks rows of its weight by number (embedding): the weight alone is int8, rows are made float
  kRecurrent,  ///< an LSTM or GRU, over a sequence or one step: reads several weights; its inputs and outputs are float
  kClip,  ///< relu, hardtanh: becomes part of the operator before it; on its own it keeps its input's grid
  kMove,  ///< only moves or picks values (flatten, max_pool2d): keeps its input's grid
  kPool,  ///< averages values (adaptive_avg_pool2d, mean): rounds back to its input's grid
  kNorm,  ///< scales and shifts each channel by float parameters (batch_norm): int8 where its input is; the output has
  ///< its own grid
  kFixed  ///< a curve whose int8 kernel dictates the output's grid (sigmoid: [0, 1) in steps of 1/256)
};

/// One operator that can run in int8. A new operator is a row here, and one in each target's table of emitters
/// (export/torchscript/quantized_ops.cpp).
struct OperatorRow {
  const char* kind;
  OperatorClass operator_class;
  int weight_axis = 0;              ///< of kLayer: the axis of the output channels
  bool per_channel_weights = true;  ///< of kLayer: whether int8 kernels take a scale for each output channel
  FixedGrid fixed = {};             ///< of kFixed
  bool has_dynamic_form =
      false;  ///< of kLayer and kRecurrent: whether kernels quantize its input when it comes
};

/// The row of `kind`, or null where qtool knows no int8 form of it.
[[nodiscard]] const OperatorRow* find_operator(const std::string& kind);
[[nodiscard]] std::vector<std::string> known_operators();

/// Whether `kind` reads only shapes, never values (aten::size), so that it takes a tensor in any form.
[[nodiscard]] bool reads_only_shape(const std::string& kind);

}  // namespace qtool
