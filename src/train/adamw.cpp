#include "train/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <utility>

#include "train/optimizer_slots.h"

namespace qtool {

AdamW::AdamW(const OptimizerOptions& options, std::vector<NamedTensor> parameters,
             const RateFactor& rate_factor)
    : Optimizer(std::move(parameters), rate_factor),
      options_(options),
      mean_(zeros_for(parameters_)),
      square_(zeros_for(parameters_)),
      steps_(at::zeros({}, at::kLong)) {}

void AdamW::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  steps_.add_(1);
  const double t = double(steps_.item<int64_t>());
  const double mean_bias = 1 - std::pow(options_.beta1, t), square_bias = 1 - std::pow(options_.beta2, t);
  constexpr double kEpsilon = 1e-8;
  for (const ParameterGroup& group : groups_) {
    Selection s = select(parameters_, group.members, mean_, square_);
    if (s.parameters.empty()) continue;
    const double rate = learning_rate * group.rate_factor;
    if (group.decayed) at::_foreach_mul_(s.parameters, 1 - rate * options_.decay());
    at::_foreach_mul_(s.first, options_.beta1);
    at::_foreach_add_(s.first, s.gradients, 1 - options_.beta1);
    at::_foreach_mul_(s.second, options_.beta2);
    at::_foreach_addcmul_(s.second, s.gradients, s.gradients, 1 - options_.beta2);
    std::vector<at::Tensor> denominator = at::_foreach_sqrt(s.second);
    at::_foreach_div_(denominator, std::sqrt(square_bias));
    at::_foreach_add_(denominator, kEpsilon);
    at::_foreach_addcdiv_(s.parameters, s.first, denominator, -rate / mean_bias);
  }
}

std::vector<NamedTensor> AdamW::state() const {
  std::vector<NamedTensor> named{{"optimizer/steps", steps_}};
  append_slots("mean", parameters_, mean_, named);
  append_slots("square", parameters_, square_, named);
  return named;
}

}  // namespace qtool
