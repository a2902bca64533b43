#include "train/optimizer_slots.h"

#include <ATen/ops/zeros_like.h>

#include <algorithm>

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

std::vector<ParameterGroup> group_parameters(const std::vector<NamedTensor>& parameters,
                                             const RateFactor& rate_factor) {
  std::vector<ParameterGroup> groups;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const bool decayed = parameters[i].tensor.dim() > 1;
    const double factor = rate_factor ? rate_factor(parameters[i].name) : 1;
    const auto fits = [&](const ParameterGroup& g) {
      return g.decayed == decayed && g.rate_factor == factor;
    };
    auto group = std::find_if(groups.begin(), groups.end(), fits);
    if (group == groups.end()) group = groups.insert(group, {.decayed = decayed, .rate_factor = factor});
    group->members.push_back(i);
  }
  return groups;
}

Selection select(const std::vector<NamedTensor>& parameters, const std::vector<size_t>& members,
                 const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second) {
  Selection chosen;
  for (const size_t i : members) {
    const at::Tensor& parameter = parameters[i].tensor;
    if (!parameter.grad().defined()) continue;
    chosen.parameters.push_back(parameter);
    chosen.gradients.push_back(parameter.grad());
    chosen.first.push_back(first[i]);
    if (!second.empty()) chosen.second.push_back(second[i]);
  }
  return chosen;
}

}  // namespace qtool
