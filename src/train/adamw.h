#pragma once
#include <vector>

#include "train/optimizer.h"

namespace qtool {

/// m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;
/// w <- w (1 - rate decay) - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + 1e-8).
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", arXiv:1711.05101.
class AdamW : public Optimizer {
 public:
  AdamW(const OptimizerOptions& options, std::vector<NamedTensor> parameters, const RateFactor& rate_factor);
  void step(double learning_rate) override;
  [[nodiscard]] std::vector<NamedTensor> state() const override;

 private:
  OptimizerOptions options_;
  std::vector<at::Tensor> mean_, square_;
  at::Tensor steps_;  ///< int64 scalar: t
};

}  // namespace qtool
