#include "improve/adam.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace qtool {

void Adam::step(const at::Tensor& values, const at::Tensor& gradient, double rate) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
  if (!mean_.defined()) {
    mean_ = at::zeros_like(values);
    square_ = at::zeros_like(values);
  }
  ++steps_;
  mean_.mul_(kBeta1).add_(gradient, 1 - kBeta1);
  square_.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  const double first = 1 - std::pow(kBeta1, double(steps_)), second = 1 - std::pow(kBeta2, double(steps_));
  values.addcdiv_(mean_, square_.sqrt().div_(std::sqrt(second)).add_(kEpsilon), -rate / first);
}

}  // namespace qtool
