#pragma once
#include <vector>

#include "core/qparams.h"
#include "graph/model.h"
#include "plan/plan.h"

namespace qtool {

/// The float model that computes what int8 will compute: each weight and each activation of the plan goes
/// through fake-quant, on standard operators only, so that the file loads and trains anywhere.
///
///   %y = aten::conv2d(%x, %w, ...)
///   ->
///   %w' = aten::fake_quantize_per_channel_affine(%w, %scale, %zero_point, axis, -127, 127)
///   %y  = aten::conv2d(%x', %w', ...)
///   %y' = aten::fake_quantize_per_tensor_affine(%y, scale, zero point, 0, 255)
///
/// A float tensor that an int8 operator reads is fake-quantized for that reader alone. Averages are taken of
/// the integers and rounded to one, as the int8 kernels do. `qparams` are those of the plan's sites, in their
/// order. Shares the weights with `canonical`.
[[nodiscard]] Model simulate(const Model& canonical, const QuantPlan& plan,
                             const std::vector<QParams>& qparams);

/// The same with those sites alone quantized for which `enabled` is true; all others stay float. For finding
/// out which site does how much damage.
[[nodiscard]] Model simulate_some(const Model& canonical, const QuantPlan& plan,
                                  const std::vector<QParams>& qparams, const std::vector<bool>& enabled);

}  // namespace qtool
