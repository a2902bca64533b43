#pragma once
/// What optimizers share: one tensor beside each parameter (a slot), and lists of those that take part in a step.
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// One zero tensor for each parameter, laid out as it is.
[[nodiscard]] std::vector<at::Tensor> zeros_for(const std::vector<NamedTensor>& parameters);

/// Adds the slots to `state` as `optimizer/ROLE/PARAMETER`.
void append_slots(const std::string& role, const std::vector<NamedTensor>& parameters,
                  const std::vector<at::Tensor>& slots, std::vector<NamedTensor>& state);

/// Lists that foreach operators take, of equal length.
struct Selection {
  std::vector<at::Tensor> parameters, gradients, first, second;
};
/// The parameters that have a gradient, with their slots (`second` may be empty): those that weight decay applies
/// to, which have at least two dimensions, or the others (biases, norms).
[[nodiscard]] Selection select(const std::vector<NamedTensor>& parameters, bool decayed,
                               const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second);

}  // namespace qtool
