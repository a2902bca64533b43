#include "train/optimizer.h"

#include <utility>

#include "options/option_value.h"
#include "train/adamw.h"
#include "train/optimizer_slots.h"
#include "train/sgd.h"

namespace qtool {

std::string help_of_learning_rate(const OptimizerOptions& options) {
  return "highest learning rate; by default " + print_value(options.sgd_rate) + " for sgd, " +
         print_value(options.adamw_rate) + " for adamw";
}

Optimizer::Optimizer(std::vector<NamedTensor> parameters, const RateFactor& rate_factor)
    : parameters_(std::move(parameters)), groups_(group_parameters(parameters_, rate_factor)) {}

void Optimizer::zero_grad() {
  for (auto& parameter : parameters_) parameter.tensor.mutable_grad().reset();
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options,
                                          std::vector<NamedTensor> parameters,
                                          const RateFactor& rate_factor) {
  if (options.kind == OptimizerKind::kSgd)
    return std::make_unique<Sgd>(options, std::move(parameters), rate_factor);
  return std::make_unique<AdamW>(options, std::move(parameters), rate_factor);
}

}  // namespace qtool
