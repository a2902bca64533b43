#include "train/optimizer.h"

#include <utility>

#include "train/adamw.h"
#include "train/sgd.h"

namespace qtool {

void Optimizer::zero_grad() {
  for (auto& parameter : parameters_) parameter.tensor.mutable_grad().reset();
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options,
                                          std::vector<NamedTensor> parameters) {
  if (options.kind == OptimizerKind::kSgd) return std::make_unique<Sgd>(options, std::move(parameters));
  return std::make_unique<AdamW>(options, std::move(parameters));
}

}  // namespace qtool
