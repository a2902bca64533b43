#include "solve/integer_biases.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/round.h>

#include <cmath>

#include "graph/layer_tensors.h"
#include "graph/view.h"

namespace qtool {
namespace {

/// Int8 layers with a bias.
std::vector<std::string> layers_of(const Solution& solution) {
  std::vector<std::string> names;
  for (const auto& op : view(solution.model).operators) {
    const auto* planned = solution.plan.find(op.name);
    const bool has_bias = op.fixed_inputs.size() > 1;
    if (has_bias && planned && planned->is_static() && planned->weight_site &&
        solution.plan.grid_of.contains(planned->inputs.at(0)))
      names.push_back(op.name);
  }
  return names;
}

}  // namespace

at::Tensor whole_steps_of_bias(const at::Tensor& bias, const at::Tensor& scales) {
  const auto steps = at::round(bias.to(at::kDouble).div(scales.to(at::kDouble)));
  return at::abs(steps).max().item<double>() < std::pow(2, 31) ? steps : at::Tensor();
}

Solution with_integer_biases(const Solution& solution) {
  const at::NoGradGuard no_grad;
  auto copy = copy_with_layers(solution.model, layers_of(solution));
  for (auto& [name, tensors] : copy.layers) {
    const auto& op = *solution.plan.find(name);
    const auto& input = solution.qparams[solution.plan.grid_of.at(op.inputs[0])];
    const auto scales = solution.qparams[op.weight_grid()].scales().to(at::kDouble).mul(input.scale());
    const auto steps = whole_steps_of_bias(tensors.bias, scales);
    if (steps.defined()) tensors.bias.copy_(steps.mul(scales));
  }
  return {std::move(copy.model), solution.plan, solution.qparams};
}

}  // namespace qtool
