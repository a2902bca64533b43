#pragma once
#include <vector>

#include "graph/model.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace qtool {

/// The float model that computes what int8 will compute: each weight and each activation of the plan goes
/// through a fake-quant module (simulate/fake_quant_module.h), on standard operators only, so that the file loads, runs
/// and trains anywhere.
///
///   %w' = prim::CallMethod[name="forward"](%layers.0.conv1_weight_fake_quant, %w)
///
/// Where: simulate/insert_fake_quant.h. Averages are taken of the integers and rounded to one, as the int8 kernels do.
/// `qparams` are those of the plan's sites, in their order. Shares the weights with `canonical`.
[[nodiscard]] Model simulate(const Model& canonical, const QuantPlan& plan,
                             const std::vector<QParams>& qparams);

/// The same with those sites alone quantized for which `enabled` is true; all others stay float. For finding
/// out which site does how much damage.
[[nodiscard]] Model simulate_some(const Model& canonical, const QuantPlan& plan,
                                  const std::vector<QParams>& qparams, const std::vector<bool>& enabled);

}  // namespace qtool
