#include "explain/explain.h"

#include "explain/layer_report.h"
#include "explain/recommend.h"

namespace qtool {

Explanation explain(const Explained& explained, const std::vector<at::Tensor>& weights,
                    const std::vector<at::Tensor>& sample, StageClock& clock, Progress& progress) {
  clock.begin("find the damage");
  const auto& solution = explained.solution;
  SiteFacts facts{solution, weights, explained.statistics, {}, {}};
  facts.sqnr_db = site_sqnr(solution, weights, sample);
  Explanation result;
  if (!sample.empty()) {
    const Trial trial(explained.reference, sample), own(solution.model, sample);
    const auto blame = find_blame(solution, {.whole = trial, .own = own}, progress);
    clock.begin("try changes");
    result.blame = ReportBlameList{.samples = trial.samples(),
                                   .all = quality_of(blame.all),
                                   .layers = blame.layers,
                                   .recommendations = recommend(explained, blame, trial, progress)};
    facts.damage = blame.site_damage;
  }
  result.layers = layer_report(facts);
  return result;
}

}  // namespace qtool
