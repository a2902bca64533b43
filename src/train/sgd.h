#pragma once
#include <vector>

#include "train/optimizer.h"

namespace qtool {

/// v <- momentum v + g + decay w;  w <- w - rate v. As in PyTorch's SGD without dampening.
class Sgd : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, std::vector<NamedTensor> parameters, const RateFactor& rate_factor);
  void step(double learning_rate) override;
  [[nodiscard]] std::vector<NamedTensor> state() const override;

 private:
  OptimizerOptions options_;
  std::vector<at::Tensor> velocity_;
};

}  // namespace qtool
