#include "explain/blame.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>

#include "base/interrupt.h"
#include "simulate/simulate.h"
#include "simulate/site_switches.h"

namespace qtool {
namespace {

using Sites = std::vector<size_t>;

/// Its sites alone, all but these, and its activations clipped alone; the rest is known from single sites.
constexpr size_t kPassesOfOperator = 3;

/// A simulated model whose sites are switched on and off.
class PartlyQuantized {
 public:
  PartlyQuantized(const Solution& solution, const BlameTrials& trials)
      : simulated_(simulate(solution)), switches_(simulated_, solution.plan), trials_(trials) {}

  Agreement only(const Sites& sites) {
    if (const auto known = known_.find(sites); known != known_.end()) return known->second;
    return known_[sites] = only(sites, SiteMode::kRounded);
  }

  Agreement only_clipped(const Sites& sites) { return only(sites, SiteMode::kClipped); }

  Agreement all_but(const Sites& sites) {
    switches_.set_all(SiteMode::kRounded);
    return with(sites, SiteMode::kFloat, trials_.whole);
  }

 private:
  Agreement only(const Sites& sites, SiteMode mode) {
    switches_.set_all(SiteMode::kFloat);
    return with(sites, mode, trials_.own);
  }

  Agreement with(const Sites& sites, SiteMode mode, const Trial& trial) {
    throw_if_interrupted();
    for (const auto site : sites) switches_.set(site, mode);
    return trial.run(simulated_);
  }

  Model simulated_;
  SiteSwitches switches_;
  const BlameTrials& trials_;
  std::map<Sites, Agreement> known_;
};

struct OwnSites {
  Sites all, weights, activations;
};

OwnSites sites_of(const PlannedOperator& op, const QuantPlan& plan) {
  OwnSites own;
  for (size_t i = 0; i < plan.sites.size(); ++i) {
    if (plan.sites[i].op != op.name) continue;
    own.all.push_back(i);
    (plan.sites[i].role == SiteRole::kWeight ? own.weights : own.activations).push_back(i);
  }
  return own;
}

void make_shares(const std::vector<double*>& values) {
  double sum = 0;
  for (const double* value : values) sum += *value;
  for (double* value : values) *value = sum > 0 ? *value / sum : 0;
}

ReportCauses causes_of(const OwnSites& own, PartlyQuantized& model) {
  ReportCauses causes;
  if (!own.weights.empty()) causes.weight_rounding = noise_of(model.only(own.weights));
  if (!own.activations.empty()) {
    causes.activation_clipping = noise_of(model.only_clipped(own.activations));
    causes.activation_rounding =
        std::max(noise_of(model.only(own.activations)) - causes.activation_clipping, 0.0);
  }
  make_shares({&causes.weight_rounding, &causes.activation_clipping, &causes.activation_rounding});
  return causes;
}

}  // namespace

Blame find_blame(const Solution& solution, const BlameTrials& trials, Progress& progress) {
  const at::NoGradGuard no_grad;
  const auto& plan = solution.plan;
  PartlyQuantized model(solution, trials);
  Blame blame;
  blame.all = model.all_but({});
  const auto passes = int64_t(plan.sites.size() + kPassesOfOperator * plan.operators.size());
  int64_t done = 0;
  for (size_t i = 0; i < plan.sites.size(); ++i) {
    progress.update(done++, passes, plan.sites[i].name);
    blame.site_damage.push_back(noise_of(model.only({i})));
  }
  for (const auto& op : plan.operators) {
    progress.update(done, passes, op.name);
    done += int64_t(kPassesOfOperator);
    const auto own = sites_of(op, plan);
    if (own.all.empty()) continue;
    const auto alone = model.only(own.all);
    blame.layers.push_back({.layer = op.name,
                            .op = op.kind,
                            .damage = noise_of(alone),
                            .alone = quality_of(alone),
                            .gain = gain_of(model.all_but(own.all), blame.all),
                            .causes = causes_of(own, model)});
  }
  std::vector<double*> sites, layers;
  for (auto& damage : blame.site_damage) sites.push_back(&damage);
  for (auto& layer : blame.layers) layers.push_back(&layer.damage);
  make_shares(sites);
  make_shares(layers);
  return blame;
}

}  // namespace qtool
