#pragma once
#include <torch/csrc/jit/api/module.h>

#include "export/pt2/dialect.h"
#include "solve/solution.h"

namespace qtool {

/// The kinds of node that with_decomposed_ops() inserts. LibTorch knows them in Python alone
/// (torch/ao/quantization/fx/_decomposed.py), so such a graph is for writing, not for running.
inline constexpr const char* kQuantize = "quantized_decomposed::quantize_per_tensor";
inline constexpr const char* kDequantize = "quantized_decomposed::dequantize_per_tensor";
inline constexpr const char* kDequantizeChannels = "quantized_decomposed::dequantize_per_channel";

/// The attribute of these nodes that holds the name of their site.
inline constexpr const char* kSiteOfNode = "site";

/// The canonical model with each int8 operator between steps that compilers look for:
///
///   %y = aten::conv2d(%x, %w, ...)
///   ->
///   %x.q = quantized_decomposed::quantize_per_tensor(%x, scale, zero_point, 0, 255, uint8)
///   %x.d = quantized_decomposed::dequantize_per_tensor(%x.q, scale, zero_point, 0, 255, uint8)
///   %w.d = quantized_decomposed::dequantize_per_channel(%conv.weight_int8, %scales, %zero_points, 0, -127, 127, int8)
///   %y = aten::conv2d(%x.d, %w.d, ...)
///   %y.q = quantized_decomposed::quantize_per_tensor(%y, ...)
///
/// Where: simulate/insert_fake_quant.h; and behind operators that only move values, so that each int8 operator stands
/// between two steps. Each reader has a dequantize step of its own, since compilers take it into the reader. Grids of
/// fewer than eight bits are clamped to before they are rounded to, since kernels saturate at eight. Averages are taken
/// in whole steps, as the kernels and the simulation take them.
[[nodiscard]] torch::jit::Module with_decomposed_ops(const Solution& solution, const Pt2Dialect& dialect);

}  // namespace qtool
