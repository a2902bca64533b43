#include "simulate/site_switches.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/api/module.h>

#include "graph/ir/attributes.h"
#include "simulate/fake_quant_state.h"

namespace qtool {
namespace {

/// Steps of the fine grid in one step of the site's own. Products with 255 stay exact in float32.
constexpr int64_t kFineSteps = 4096;

}  // namespace

struct SiteSwitches::Switch {
  torch::jit::Module module;
  FakeQuantState state;
  at::Tensor scale, zero_point;  ///< of the site's own grid
  int64_t qmax;
};

SiteSwitches::SiteSwitches(const Model& simulated, const QuantPlan& plan) {
  for (const auto& site : plan.sites) {
    auto module = find_attribute(simulated.module(), fake_quant_path(site))->toModule();
    const auto state = state_of(simulated, site);
    const auto qmax = module.attr("qmax").toInt();
    switches_.push_back({std::move(module), state, state.scale.clone(), state.zero_point.clone(), qmax});
  }
}

SiteSwitches::~SiteSwitches() = default;

void SiteSwitches::set(size_t site, SiteMode mode) {
  auto& s = switches_[site];
  const bool clips = mode == SiteMode::kClipped;
  const int64_t steps = clips ? kFineSteps : 1, half_step = clips ? kFineSteps / 2 : 0;
  s.state.enabled.fill_(mode != SiteMode::kFloat);
  s.state.scale.copy_(s.scale / static_cast<double>(steps));
  s.state.zero_point.copy_(s.zero_point * steps + half_step);
  s.module.setattr("qmax", s.qmax * steps + 2 * half_step);
}

void SiteSwitches::set_all(SiteMode mode) {
  for (size_t site = 0; site < switches_.size(); ++site) set(site, mode);
}

}  // namespace qtool
