#include "train/optimizer_slots.h"

#include <ATen/ops/zeros_like.h>

namespace qtool {

std::vector<at::Tensor> zeros_for(const std::vector<NamedTensor>& parameters) {
  std::vector<at::Tensor> zeros;
  for (const auto& parameter : parameters) zeros.push_back(at::zeros_like(parameter.tensor.detach()));
  return zeros;
}

void append_slots(const std::string& role, const std::vector<NamedTensor>& parameters,
                  const std::vector<at::Tensor>& slots, std::vector<NamedTensor>& state) {
  for (size_t i = 0; i < parameters.size(); ++i)
    state.push_back({"optimizer/" + role + "/" + parameters[i].name, slots[i]});
}

Selection select(const std::vector<NamedTensor>& parameters, bool decayed,
                 const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second) {
  Selection chosen;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const at::Tensor& parameter = parameters[i].tensor;
    if (!parameter.grad().defined() || (parameter.dim() > 1) != decayed) continue;
    chosen.parameters.push_back(parameter);
    chosen.gradients.push_back(parameter.grad());
    chosen.first.push_back(first[i]);
    if (!second.empty()) chosen.second.push_back(second[i]);
  }
  return chosen;
}

}  // namespace qtool
