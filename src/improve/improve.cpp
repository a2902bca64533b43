#include "improve/improve.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "improve/batch_norm.h"
#include "improve/bias_correction.h"
#include "improve/choice.h"
#include "improve/equalisation.h"
#include "improve/gptq.h"
#include "improve/judge.h"
#include "improve/learned_rounding.h"
#include "improve/ranges.h"
#include "improve/settle.h"
#include "improve/smooth_quant.h"

namespace qtool {
namespace {

constexpr Improvement kTable[] = {
    {.name = "equalisation",
     .about = "channels between layers made alike, across relu",
     .keeps_function = true,
     .apply = equalise_layers},
    {.name = "smooth-quant",
     .about = "outliers moved from what linear layers read into their weights",
     .keeps_function = true,
     .apply = smooth_inputs},
    {.name = "ranges", .about = "ranges of activations as wide as what was seen", .apply = widen_ranges},
    {.name = "gptq",
     .about = "weights rounded one after the other, each with the errors of those before it (GPTQ)",
     .eagerness = Eagerness::kNever,
     .apply = round_by_gptq},
    {.name = "rounding",
     .about = "the direction in which each weight is rounded, learned block by block (AdaRound, BRECQ)",
     .eagerness = Eagerness::kFewBits,
     .apply = learn_rounding},
    {.name = "batch-norm",
     .about = "scales and biases that give each layer's outputs mean and deviation back",
     .apply = estimate_batch_norm_again},
    {.name = "bias-correction",
     .about = "biases that give each layer's outputs their mean back",
     .apply = correct_biases},
};

constexpr double kLeastGain = 0.1;  ///< dB
constexpr int64_t kFewBits = 4;
constexpr int64_t kMostOfOneBatch = 64;  ///< for the judge, who runs each solution

bool has_few_bits(const QuantPlan& plan) {
  return std::any_of(plan.sites.begin(), plan.sites.end(), [](const Site& site) {
    return site.role == SiteRole::kWeight && site.scheme.bits() <= kFewBits;
  });
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool is_better(double after_db, double before_db) {
  return std::isnan(before_db) ? !std::isnan(after_db) : after_db >= before_db + kLeastGain;
}

/// Tries rows one after the other, each on top of those that were kept.
class Trials {
 public:
  Trials(Improved first, DividedBatches batches, Progress& progress)
      : state_(std::move(first)),
        reference_(state_.solution.model.shared()),
        work_(std::move(batches.work)),
        progress_(progress),
        judge_(reference_, std::move(batches.held_out)),
        best_db_(judge_.sqnr_db(state_.solution)) {}

  void run(const Improvement& row) {
    const auto start = std::chrono::steady_clock::now();
    ImprovementOutcome outcome{.name = std::string(row.name)};
    try {
      attempt(row, outcome);
    } catch (const Error& error) {  // e.g. a scale that is no number
      if (error.kind() != ErrorKind::kUnquantizable) throw;
      outcome.why = error.complaint().what;
    }
    outcome.seconds = seconds_since(start);
    state_.outcomes.push_back(std::move(outcome));
  }

  [[nodiscard]] Improved result() && { return std::move(state_); }

 private:
  void attempt(const Improvement& row, ImprovementOutcome& outcome) {
    auto attempt = row.apply(state_.solution, {reference_, state_.statistics, work_, kept_, progress_});
    if (!attempt.solution) {
      outcome.why = attempt.why_not;
      return;
    }
    auto settled = settle(*std::move(attempt.solution), attempt.moved, state_.statistics,
                          first_of(work_, std::numeric_limits<int64_t>::max(), /*parts=*/2));
    outcome.before_db = best_db_;
    outcome.after_db = judge_.sqnr_db(settled.solution);
    outcome.kept = is_better(outcome.after_db, best_db_);
    if (!outcome.kept) {
      outcome.why = "it wins too little on samples that it has not seen";
      return;
    }
    best_db_ = outcome.after_db;
    kept_.emplace_back(row.name);
    state_.solution = std::move(settled.solution);
    state_.statistics = std::move(settled.statistics);
    if (row.keeps_function) reference_ = state_.solution.model.shared();
  }

  Improved state_;
  Model reference_;
  Batches work_;
  std::vector<std::string> kept_;
  Progress& progress_;
  Judge judge_;
  double best_db_;
};

Improved untried(Improved first, std::span<const Improvement> rows, const std::string& why) {
  for (const auto& row : rows) first.outcomes.push_back({.name = std::string(row.name), .why = why});
  return first;
}

}  // namespace

std::span<const Improvement> improvements() { return kTable; }

std::vector<Improvement> chosen_improvements(const std::vector<std::string>& names, const QuantPlan& plan) {
  const auto is_asked_for = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const bool is_auto = is_asked_for(kAutoImprovements), few_bits = has_few_bits(plan);
  std::vector<Improvement> rows;
  for (const auto& row : improvements())
    if (is_auto ? row.eagerness == Eagerness::kAlways || (few_bits && row.eagerness == Eagerness::kFewBits)
                : is_asked_for(row.name))
      rows.push_back(row);
  return rows;
}

Improved improve(Improved first, const Batches& batches, Progress& progress,
                 std::span<const Improvement> rows) {
  const at::NoGradGuard no_grad;
  if (rows.empty()) return first;
  auto divided = hold_out(batches);
  if (divided.held_out.empty())
    return untried(std::move(first), rows, "there are no samples left to judge it on");
  auto& judged = divided.held_out[0];
  if (!takes(first.solution.model, judged))
    return untried(std::move(first), rows, "the model takes no smaller batch to judge it on");
  if (auto few = rows_of(judged, 0, std::min(kMostOfOneBatch, judged.at(0).size(0)));
      takes(first.solution.model, few))
    judged = std::move(few);
  Trials trials(std::move(first), std::move(divided), progress);
  for (size_t i = 0; i < rows.size(); ++i) {
    progress.update(static_cast<int64_t>(i), static_cast<int64_t>(rows.size()), std::string(rows[i].name));
    trials.run(rows[i]);
  }
  return std::move(trials).result();
}

}  // namespace qtool
