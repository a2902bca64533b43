#include "train/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <utility>

namespace qtool {
namespace {

std::vector<at::Tensor> gradients_of(const std::vector<NamedTensor>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : parameters)
    if (parameter.tensor.grad().defined()) gradients.push_back(parameter.tensor.grad());
  return gradients;
}

/// One zero tensor for each parameter.
std::vector<at::Tensor> zeros_for(const std::vector<NamedTensor>& parameters) {
  std::vector<at::Tensor> zeros;
  for (const auto& parameter : parameters) zeros.push_back(at::zeros_like(parameter.tensor.detach()));
  return zeros;
}

void append_named(const char* role, const std::vector<NamedTensor>& parameters,
                  const std::vector<at::Tensor>& tensors, std::vector<NamedTensor>& state) {
  for (size_t i = 0; i < parameters.size(); ++i)
    state.push_back({std::string("optimizer/") + role + "/" + parameters[i].name, tensors[i]});
}

bool is_decayed(const at::Tensor& parameter) { return parameter.dim() > 1; }

/// The tensors of the parameters that have a gradient, in lists that foreach operators take.
struct Selection {
  std::vector<at::Tensor> parameters, gradients, first, second;
};
Selection select(const std::vector<NamedTensor>& parameters, bool decayed,
                 const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second) {
  Selection chosen;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const at::Tensor& parameter = parameters[i].tensor;
    if (!parameter.grad().defined() || is_decayed(parameter) != decayed) continue;
    chosen.parameters.push_back(parameter);
    chosen.gradients.push_back(parameter.grad());
    chosen.first.push_back(first[i]);
    if (!second.empty()) chosen.second.push_back(second[i]);
  }
  return chosen;
}

/// v <- momentum v + g + decay w;  w <- w - rate v. As in PyTorch's SGD without dampening.
class Sgd : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, std::vector<NamedTensor> parameters)
      : Optimizer(std::move(parameters)), options_(options), velocity_(zeros_for(parameters_)) {}

  void step(double learning_rate) override {
    const at::NoGradGuard no_grad;
    for (const bool decayed : {true, false}) {
      Selection s = select(parameters_, decayed, velocity_, {});
      if (s.parameters.empty()) continue;
      at::_foreach_mul_(s.first, options_.momentum);
      at::_foreach_add_(s.first, s.gradients);
      if (decayed && options_.decay() > 0) at::_foreach_add_(s.first, s.parameters, options_.decay());
      at::_foreach_add_(s.parameters, s.first, -learning_rate);
    }
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> named;
    append_named("velocity", parameters_, velocity_, named);
    return named;
  }

 private:
  OptimizerOptions options_;
  std::vector<at::Tensor> velocity_;
};

/// m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;
/// w <- w (1 - rate decay) - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", arXiv:1711.05101.
class AdamW : public Optimizer {
 public:
  AdamW(const OptimizerOptions& options, std::vector<NamedTensor> parameters)
      : Optimizer(std::move(parameters)),
        options_(options),
        mean_(zeros_for(parameters_)),
        square_(zeros_for(parameters_)),
        steps_(at::zeros({}, at::kLong)) {}

  void step(double learning_rate) override {
    const at::NoGradGuard no_grad;
    steps_.add_(1);
    const double t = double(steps_.item<int64_t>());
    const double mean_bias = 1 - std::pow(options_.beta1, t), square_bias = 1 - std::pow(options_.beta2, t);
    constexpr double kEpsilon = 1e-8;
    for (const bool decayed : {true, false}) {
      Selection s = select(parameters_, decayed, mean_, square_);
      if (s.parameters.empty()) continue;
      if (decayed) at::_foreach_mul_(s.parameters, 1 - learning_rate * options_.decay());
      at::_foreach_mul_(s.first, options_.beta1);
      at::_foreach_add_(s.first, s.gradients, 1 - options_.beta1);
      at::_foreach_mul_(s.second, options_.beta2);
      at::_foreach_addcmul_(s.second, s.gradients, s.gradients, 1 - options_.beta2);
      std::vector<at::Tensor> denominator = at::_foreach_sqrt(s.second);
      at::_foreach_div_(denominator, std::sqrt(square_bias));
      at::_foreach_add_(denominator, kEpsilon);
      at::_foreach_addcdiv_(s.parameters, s.first, denominator, -learning_rate / mean_bias);
    }
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> named{{"optimizer/steps", steps_}};
    append_named("mean", parameters_, mean_, named);
    append_named("square", parameters_, square_, named);
    return named;
  }

 private:
  OptimizerOptions options_;
  std::vector<at::Tensor> mean_, square_;
  at::Tensor steps_;
};

}  // namespace

void Optimizer::zero_grad() {
  for (auto& parameter : parameters_) parameter.tensor.mutable_grad().reset();
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options,
                                          std::vector<NamedTensor> parameters) {
  if (options.kind == OptimizerKind::kSgd) return std::make_unique<Sgd>(options, std::move(parameters));
  return std::make_unique<AdamW>(options, std::move(parameters));
}

double clip_gradient_norm(const std::vector<NamedTensor>& parameters, double max_norm) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients = gradients_of(parameters);
  if (gradients.empty()) return 0;
  const double norm = at::stack(at::_foreach_norm(gradients)).norm().item<double>();
  if (norm > max_norm) at::_foreach_mul_(gradients, max_norm / norm);
  return norm;
}

}  // namespace qtool
