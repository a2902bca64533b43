#include "job/explain.h"

#include "calibrate/calibrate.h"
#include "job/blame.h"
#include "job/data_splits.h"
#include "job/layer_report.h"
#include "job/recommend.h"

namespace qtool {
namespace {

std::vector<at::Tensor> blame_sample(const Model& model, const QuantizeOptions& options) {
  if (options.data.empty() || options.blame_samples == 0) return {};
  return first_samples(model, options.data, options.blame_samples);
}

/// Training moves what activations hold, so what a trained model is explained with is seen afresh.
Statistics statistics_of(const Model& reference, const Outcome& outcome,
                         const std::vector<at::Tensor>& sample) {
  if (!outcome.reference || sample.empty()) return outcome.statistics;
  bool is_read = false;
  return calibrate(reference, outcome.start.plan,
                   [&] { return std::exchange(is_read, true) ? std::vector<at::Tensor>() : sample; });
}

}  // namespace

void explain(Report& report, const Outcome& outcome, const QuantizeOptions& options, StageClock& clock,
             Progress& progress) {
  clock.begin("find the damage");
  const auto& reference = outcome.reference ? *outcome.reference : outcome.canonical;
  const auto& plan = outcome.start.plan;
  const auto sample = blame_sample(outcome.start.original, options);
  const auto weights = site_weights(outcome.canonical, plan);
  const auto statistics = statistics_of(reference, outcome, sample);
  SiteFacts facts{plan, outcome.qparams, weights, statistics, {}, {}};
  facts.sqnr_db = site_sqnr(reference, plan, outcome.qparams, weights, sample);
  if (!sample.empty()) {
    const Trial trial(reference, sample);
    const auto blame = find_blame(reference, plan, outcome.qparams, trial, progress);
    clock.begin("try changes");
    const Improvable improvable{.reference = reference,
                                .recipe = options.recipe,
                                .engine = outcome.start.engine,
                                .plan = plan,
                                .qparams = outcome.qparams,
                                .statistics = statistics,
                                .is_trained = outcome.reference != nullptr};
    report.blame = ReportBlameList{.samples = trial.samples(),
                                   .all = quality_of(blame.all),
                                   .layers = blame.layers,
                                   .recommendations = recommend(improvable, blame, trial, progress)};
    facts.damage = blame.site_damage;
  }
  report.layers = layer_report(facts);
}

}  // namespace qtool
