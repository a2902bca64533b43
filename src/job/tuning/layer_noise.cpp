#include "job/tuning/layer_noise.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "plan/site_weights.h"
#include "simulate/simulate.h"
#include "simulate/site_switches.h"
#include "solve/first_solution.h"

namespace qtool {
namespace {

constexpr int64_t kFloatBits = 32;
constexpr int64_t kMostBits = 8;

Recipe with_bits(Recipe recipe, int64_t bits) {
  recipe.weight_bits = bits;
  return recipe;
}

/// The site of the weight of an operator that has one of its own; null for others.
const Site* own_weight(const QuantPlan& plan, const std::string& name) {
  const auto* op = plan.find(name);
  if (!op || !op->weight_site) return nullptr;
  const auto& site = plan.sites[*op->weight_site];
  return site.op == name ? &site : nullptr;
}

int64_t bytes_at(int64_t weights, int64_t bits) { return (weights * bits + 7) / 8; }

/// All weights at the same bits, each site off until it is asked for.
class SameBits {
 public:
  SameBits(const Quantization& quantization, const Recipe& recipe, const Statistics& statistics, int64_t bits,
           const Trial& trial)
      : bits_(bits),
        solution_(solve(quantization, with_bits(recipe, bits), statistics)),
        simulated_(simulate(solution_)),
        switches_(simulated_, solution_.plan),
        trial_(trial) {}

  [[nodiscard]] int64_t bits() const { return bits_; }

  double noise_of_weight(const std::string& layer) { return noise_of(layer, true); }
  double noise_of_activations(const std::string& layer) { return noise_of(layer, false); }

 private:
  static Solution solve(const Quantization& quantization, const Recipe& recipe,
                        const Statistics& statistics) {
    auto plan = make_plan(quantization.graph, recipe, quantization.backend);
    return first_solution(quantization.canonical, std::move(plan), statistics,
                          {quantization.graph, recipe, quantization.backend});
  }

  /// Infinite where the outputs are no numbers.
  double noise_of(const std::string& layer, bool of_weight) {
    switches_.set_all(SiteMode::kFloat);
    bool is_any = false;
    const auto& sites = solution_.plan.sites;
    for (size_t i = 0; i < sites.size(); ++i) {
      if (sites[i].op != layer || (sites[i].role == SiteRole::kWeight) != of_weight) continue;
      switches_.set(i, SiteMode::kRounded);
      is_any = true;
    }
    if (!is_any) return 0;
    const auto agreement = trial_.run(simulated_);
    return std::isnan(agreement.sqnr_db) ? std::numeric_limits<double>::infinity()
                                         : qtool::noise_of(agreement);
  }

  int64_t bits_;
  Solution solution_;
  Model simulated_;
  SiteSwitches switches_;
  const Trial& trial_;
};

}  // namespace

std::vector<TuneLayer> tunable_layers(const Quantization& quantization, const Recipe& recipe) {
  std::vector<QuantPlan> plans;
  for (const int64_t bits : kTriedBits)
    plans.push_back(make_plan(quantization.graph, with_bits(recipe, bits), quantization.backend));
  const auto weights = site_weights(quantization.graph, plans[0]);
  std::vector<TuneLayer> layers;
  for (const auto& op : plans[0].operators) {
    const auto* most = own_weight(plans[0], op.name);
    if (!most) continue;
    TuneLayer layer{.name = op.name, .kind = op.kind, .weights = weights[*op.weight_site].numel()};
    layer.choices.push_back({.bits = 0, .noise = 0, .bytes = bytes_at(layer.weights, kFloatBits)});
    for (size_t i = 0; i < plans.size(); ++i) {
      const auto* site = own_weight(plans[i], op.name);
      const int64_t bits = kTriedBits[i];
      // A kernel may want fewer bits than are asked for.
      if (site && (bits == kMostBits || site->scheme.bits() == bits))
        layer.choices.push_back({.bits = bits, .bytes = bytes_at(layer.weights, site->scheme.bits())});
    }
    const bool is_held = most->scheme.bits() < kMostBits - 1 || layer.choices.size() < 3;
    if (!is_held) layers.push_back(std::move(layer));
  }
  return layers;
}

void measure_layers(std::vector<TuneLayer>& layers, const Quantization& quantization, const Recipe& recipe,
                    const Statistics& statistics, const Trial& trial, Progress& progress,
                    const std::function<void()>& measured) {
  const at::NoGradGuard no_grad;
  const auto is_measured = [](const TuneLayer& layer) {
    return std::all_of(layer.choices.begin(), layer.choices.end(),
                       [](const TuneChoice& choice) { return choice.noise.has_value(); });
  };
  if (std::all_of(layers.begin(), layers.end(), is_measured)) return;
  std::vector<std::unique_ptr<SameBits>> models;
  for (const int64_t bits : kTriedBits)
    models.push_back(std::make_unique<SameBits>(quantization, recipe, statistics, bits, trial));
  int64_t done = 0;
  for (auto& layer : layers) {
    progress.update(done++, int64_t(layers.size()), layer.name);
    if (is_measured(layer)) continue;
    const double of_activations = models[0]->noise_of_activations(layer.name);
    for (auto& choice : layer.choices) {
      if (choice.bits == 0) continue;
      const auto model = std::find_if(models.begin(), models.end(), [&](const auto& candidate) {
        return candidate->bits() == choice.bits;
      });
      choice.noise = of_activations + (*model)->noise_of_weight(layer.name);
      progress.update(done, int64_t(layers.size()), layer.name);
    }
    measured();
  }
}

}  // namespace qtool
