#pragma once
/// What optimizers share: one tensor beside each parameter (a slot), and lists of those that take part in a step.
#include <string>
#include <vector>

#include "train/optimizer.h"

namespace qtool {

/// One zero tensor for each parameter, laid out as it is.
[[nodiscard]] std::vector<at::Tensor> zeros_for(const std::vector<NamedTensor>& parameters);

/// Adds the slots to `state` as `optimizer/ROLE/PARAMETER`.
void append_slots(const std::string& role, const std::vector<NamedTensor>& parameters,
                  const std::vector<at::Tensor>& slots, std::vector<NamedTensor>& state);

/// The parameters by weight decay, which applies to those of at least two dimensions, not to the others (biases,
/// norms, learned steps), and by rate factor; an empty `rate_factor` is 1 for all.
[[nodiscard]] std::vector<ParameterGroup> group_parameters(const std::vector<NamedTensor>& parameters,
                                                           const RateFactor& rate_factor);

/// Lists that foreach operators take, of equal length.
struct Selection {
  std::vector<at::Tensor> parameters, gradients, first, second;
};
/// The members of a group that have a gradient, with their slots (`second` may be empty).
[[nodiscard]] Selection select(const std::vector<NamedTensor>& parameters, const std::vector<size_t>& members,
                               const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second);

}  // namespace qtool
