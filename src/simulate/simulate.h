#pragma once
#include <vector>

#include "solve/solution.h"

namespace qtool {

/// The float model that computes what int8 will compute: each weight and each activation of the plan goes
/// through a fake-quant module (simulate/fake_quant_module.h), on standard operators only, so that the file loads, runs
/// and trains anywhere.
///
///   %w' = prim::CallMethod[name="forward"](%layers.0.conv1_weight_fake_quant, %w)
///
/// Where: simulate/insert_fake_quant.h. Averages are taken of the integers and rounded to one, as the int8 kernels do.
/// Shares the weights with the solution's model.
[[nodiscard]] Model simulate(const Solution& solution);

/// The same with those sites alone quantized for which `enabled` is true; all others stay float. For finding
/// out which site does how much damage.
[[nodiscard]] Model simulate_some(const Solution& solution, const std::vector<bool>& enabled);

}  // namespace qtool
