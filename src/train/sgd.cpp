#include "train/sgd.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>

#include <utility>

#include "train/optimizer_slots.h"

namespace qtool {

Sgd::Sgd(const OptimizerOptions& options, std::vector<NamedTensor> parameters, const RateFactor& rate_factor)
    : Optimizer(std::move(parameters), rate_factor), options_(options), velocity_(zeros_for(parameters_)) {}

void Sgd::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (const ParameterGroup& group : groups_) {
    Selection s = select(parameters_, group.members, velocity_, {});
    if (s.parameters.empty()) continue;
    const double rate = learning_rate * group.rate_factor;
    at::_foreach_mul_(s.first, options_.momentum);
    at::_foreach_add_(s.first, s.gradients);
    if (group.decayed && options_.decay() > 0) at::_foreach_add_(s.first, s.parameters, options_.decay());
    at::_foreach_add_(s.parameters, s.first, -rate);
  }
}

std::vector<NamedTensor> Sgd::state() const {
  std::vector<NamedTensor> named;
  append_slots("velocity", parameters_, velocity_, named);
  return named;
}

}  // namespace qtool
