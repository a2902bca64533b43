#include "explain/recommend.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/error.h"
#include "calibrate/solve.h"
#include "config/config.h"
#include "graph/view.h"
#include "options/option_tree.h"
#include "plan/match.h"
#include "plan/site_weights.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

constexpr double kLeastGain = 0.1;  ///< dB
constexpr size_t kMostFloatLayers = 3;

/// A change that may win something. `flags` is empty where no flags say the same.
struct Candidate {
  std::string text;
  std::vector<Rule> rules;
  std::string flags = {};
};
/// Candidates of which only the best is of interest.
using Alternatives = std::vector<Candidate>;

/// Grids of another plan for the same model: those that the change leaves alone, and new ones.
class Grids {
 public:
  Grids(const Explained& model, const GraphView& graph, const QuantPlan& plan)
      : model_(model), graph_(graph), plan_(plan) {}

  /// Nothing where a tensor would be quantized that calibration has not seen.
  std::optional<std::vector<QParams>> find() const {
    QuantPlan changed;
    Statistics statistics;
    std::vector<at::Tensor> weights;
    const auto all_weights = site_weights(graph_, plan_);
    for (size_t i = 0; i < plan_.sites.size(); ++i) {
      const auto& site = plan_.sites[i];
      if (unchanged(site)) continue;
      changed.sites.push_back(site);
      weights.push_back(all_weights[i]);
      if (!site.is_calibrated()) continue;
      const auto* seen = statistics_of(site);
      if (!seen) return std::nullopt;
      statistics.sites.push_back(*seen);
      statistics.sites.back().site = site.seen_as;
    }
    const auto solved = solve(changed, statistics, weights);
    std::vector<QParams> grids;
    size_t next = 0;
    for (const auto& site : plan_.sites) {
      const auto old = unchanged(site);
      grids.push_back(old ? model_.solution.qparams[*old] : solved[next++]);
    }
    return grids;
  }

 private:
  [[nodiscard]] std::optional<size_t> unchanged(const Site& site) const {
    const auto& sites = model_.solution.plan.sites;
    for (size_t i = 0; i < sites.size(); ++i)
      if (sites[i].name == site.name && sites[i].scheme == site.scheme && sites[i].value == site.value &&
          sites[i].calibrator == site.calibrator && sites[i].source == site.source &&
          sites[i].fixed == site.fixed)
        return i;
    return std::nullopt;
  }

  /// A tensor that was the output of one operator may now be the input of another.
  [[nodiscard]] const SiteStatistics* statistics_of(const Site& site) const {
    for (const auto& old : model_.solution.plan.sites)
      if (old.value == site.value)
        if (const auto* seen = find_statistics(model_.statistics, old.seen_as)) return seen;
    return find_statistics(model_.statistics, site.seen_as);
  }

  const Explained& model_;
  const GraphView& graph_;
  const QuantPlan& plan_;
};

/// Nothing where the candidate cannot be had.
std::optional<Agreement> try_out(const Candidate& candidate, const Explained& model, const GraphView& graph,
                                 const Trial& trial) {
  auto recipe = model.recipe;
  recipe.rules.insert(recipe.rules.end(), candidate.rules.begin(), candidate.rules.end());
  try {
    auto plan = make_plan(graph, recipe, model.backend, model.solution.plan.kept_float);
    auto grids = Grids(model, graph, plan).find();
    if (!grids) return std::nullopt;
    auto simulated = simulate({model.solution.model.shared(), std::move(plan), *std::move(grids)});
    return trial.run(simulated);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kUnquantizable) return std::nullopt;  // e.g. no layer would be left
    throw;
  }
}

std::string in_shell(const std::string& word) {
  static const std::string safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:,=@%+-";
  return word.find_first_not_of(safe) == std::string::npos ? word : "'" + word + "'";
}

/// A flag sets the whole list, so what is skipped already stands with it.
std::string skip_flags(const std::vector<std::string>& skipped, const std::vector<std::string>& more) {
  std::string flags;
  for (const auto* names : {&skipped, &more})
    for (const auto& name : *names)
      flags += (flags.empty() ? "" : " ") + std::string("--skip ") + in_shell(name);
  return flags;
}

std::vector<Alternatives> float_candidates(const Explained& model, const Blame& blame) {
  auto layers = blame.layers;
  std::stable_sort(layers.begin(), layers.end(), [](const ReportBlame& a, const ReportBlame& b) {
    return a.gain.sqnr_db > b.gain.sqnr_db;
  });
  std::vector<Alternatives> result;
  std::vector<Rule> rules;
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(layers.size(), kMostFloatLayers); ++i) {
    names.push_back(layers[i].layer);
    rules.push_back({.match = names.back(), .skip = true});
    result.push_back({{.text = "Leave " + join(names) + " in float",
                       .rules = rules,
                       .flags = skip_flags(model.recipe.skip, names)}});
  }
  return result;
}

const ReportBlame* worst_layer(const Blame& blame, const std::function<double(const ReportCauses&)>& share) {
  const auto worst = std::max_element(blame.layers.begin(), blame.layers.end(),
                                      [&](const ReportBlame& a, const ReportBlame& b) {
                                        return a.damage * share(a.causes) < b.damage * share(b.causes);
                                      });
  return worst == blame.layers.end() || worst->damage * share(worst->causes) == 0 ? nullptr : &*worst;
}

const ReportBlame* worst_weight(const Blame& blame) {
  return worst_layer(blame, [](const ReportCauses& causes) { return causes.weight_rounding; });
}

const ReportBlame* worst_activation(const Blame& blame) {
  return worst_layer(blame, [](const ReportCauses& causes) {
    return causes.activation_clipping + causes.activation_rounding;
  });
}

int64_t fewest_bits(const QuantPlan& plan, const std::string& layer, bool of_weight) {
  int64_t bits = 8;
  for (const auto& site : plan.sites)
    if (site.op == layer && (site.role == SiteRole::kWeight) == of_weight)
      bits = std::min(bits, site.scheme.bits());
  return bits;
}

/// A change for every site. A rule stands behind those of single sites and wins over them, a flag does not.
Candidate for_all(const Explained& model, const std::string& text, Rule rule, const std::string& flags) {
  rule.match = kAllOperators;
  return {text, {rule}, model.recipe.rules.empty() ? flags : ""};
}

std::vector<Alternatives> bits_candidates(const Explained& model, const Blame& blame) {
  std::vector<Alternatives> result;
  const auto& recipe = model.recipe;
  if (const auto* worst = worst_weight(blame);
      worst && fewest_bits(model.solution.plan, worst->layer, true) < 8)
    result.push_back(
        {{"8 bits for the weight of " + worst->layer, {{.match = worst->layer, .weight_bits = 8}}}});
  if (const auto* worst = worst_activation(blame);
      worst && fewest_bits(model.solution.plan, worst->layer, false) < 8)
    result.push_back(
        {{"8 bits for the activations of " + worst->layer, {{.match = worst->layer, .activation_bits = 8}}}});
  if (recipe.weight_bits < 8) {
    const auto bits = std::to_string(recipe.weight_bits + 1);
    result.push_back({for_all(model, bits + " bits for all weights", {.weight_bits = recipe.weight_bits + 1},
                              "--weight-bits " + bits)});
  }
  if (recipe.activation_bits < 8) {
    const auto bits = std::to_string(recipe.activation_bits + 1);
    result.push_back({for_all(model, bits + " bits for all activations",
                              {.activation_bits = recipe.activation_bits + 1}, "--activation-bits " + bits)});
  }
  return result;
}

std::vector<Alternatives> scheme_candidates(const Explained& model) {
  std::vector<Alternatives> result;
  if (model.recipe.weight_granularity == Granularity::kPerTensor)
    result.push_back(
        {for_all(model, "One scale for each output channel of the weights",
                 {.weight_granularity = Granularity::kPerChannel}, "--weight-granularity per-channel")});
  if (model.recipe.activation_symmetry == Symmetry::kSymmetric)
    result.push_back({for_all(model, "Ranges of activations that need not lie around zero",
                              {.activation_symmetry = Symmetry::kAffine}, "--activation-symmetry affine")});
  return result;
}

/// Where weights of few bits are computed with in float, and none has groups yet.
std::vector<Alternatives> group_candidates(const Explained& model) {
  const auto& sites = model.solution.plan.sites;
  const auto has = [&](const std::function<bool(const QuantScheme&)>& is) {
    return std::any_of(sites.begin(), sites.end(), [&](const Site& site) {
      const auto* op = model.solution.plan.find(site.op);
      return site.role == SiteRole::kWeight && op && op->precision == Precision::kWeightOnly &&
             is(site.scheme);
    });
  };
  if (!has([](const QuantScheme& scheme) { return scheme.bits() < 8; }) ||
      has([](const QuantScheme& scheme) { return scheme.group() > 0; }))
    return {};
  return {
      {for_all(model, "A scale for each 64 neighbouring weights", {.group_size = 64}, "--group-size 64")}};
}

std::vector<Alternatives> calibrator_candidates(const Explained& model, const Blame& blame) {
  Alternatives everywhere, here;
  const auto* worst = worst_activation(blame);
  for (const auto& row : Names<Calibrator>::table) {
    if (row.value == model.recipe.calibrator && model.recipe.rules.empty()) continue;
    const std::string name = row.name;
    everywhere.push_back(for_all(model, "Calibrator " + name + " for all activations",
                                 {.calibrator = row.value}, "--calibrator " + name));
    if (worst)
      here.push_back({"Calibrator " + name + " for the activations of " + worst->layer,
                      {{.match = worst->layer, .calibrator = row.value}}});
  }
  return {everywhere, here};
}

std::vector<Alternatives> candidates_for(const Explained& model, const Blame& blame) {
  auto result = float_candidates(model, blame);
  if (model.is_trained) return result;
  for (auto& more : {bits_candidates(model, blame), scheme_candidates(model), group_candidates(model),
                     calibrator_candidates(model, blame)})
    result.insert(result.end(), more.begin(), more.end());
  return result;
}

Recommendation worded(const Candidate& candidate, const ReportQuality& gain) {
  Recommendation result{.text = candidate.text, .flags = candidate.flags, .gain = gain};
  for (auto rule : candidate.rules) result.rules.push_back("- " + print_element(option_tree(rule)));
  return result;
}

}  // namespace

std::vector<Recommendation> recommend(const Explained& model, const Blame& blame, const Trial& trial,
                                      Progress& progress) {
  const auto graph = view(model.solution.model);
  const auto all = candidates_for(model, blame);
  int64_t done = 0, total = 0;
  for (const auto& alternatives : all) total += int64_t(alternatives.size());
  std::vector<Recommendation> result;
  for (const auto& alternatives : all) {
    std::optional<Recommendation> best;
    for (const auto& candidate : alternatives) {
      progress.update(done++, total, candidate.text);
      const auto agreement = try_out(candidate, model, graph, trial);
      if (!agreement) continue;
      const auto gain = gain_of(*agreement, blame.all);
      if (gain.sqnr_db < kLeastGain || gain.agreement.value_or(0) < 0) continue;
      if (!best || gain.sqnr_db > best->gain.sqnr_db) best = worded(candidate, gain);
    }
    if (best) result.push_back(*best);
  }
  std::stable_sort(result.begin(), result.end(), [](const Recommendation& a, const Recommendation& b) {
    return a.gain.sqnr_db > b.gain.sqnr_db;
  });
  return result;
}

}  // namespace qtool
