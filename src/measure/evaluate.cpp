#include "measure/evaluate.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "base/error.h"
#include "graph/carried_state.h"
#include "graph/input_types.h"
#include "measure/chance.h"
#include "measure/chosen_metric.h"
#include "measure/label_check.h"
#include "measure/metric.h"
#include "measure/resampled_metric.h"

namespace qtool {
namespace {

struct Meters {
  explicit Meters(const Candidate& candidate)
      : name(candidate.name), with_first(candidate.step), with_other(candidate.step) {}
  std::string name;
  std::vector<std::pair<MetricInfo, std::unique_ptr<Metric>>> metrics = {};
  AgreementMeter with_first, with_other;
  std::vector<OutputMeter> outputs = {};
  double seconds = 0;
};

std::vector<at::Tensor> run_timed(const Candidate& candidate, const Batch& batch, double& seconds) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<at::Tensor> outputs = candidate.run(batch.inputs);
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (auto& output : outputs)
    if (is_short_float(output.scalar_type())) output = output.to(at::kFloat);  // which has all kernels
  return outputs;
}

/// Each model's meters of the metrics that apply; throws where labels are to be counted and one is of no class.
void choose_metrics(const Answers& first, const MetricChoice& chosen, LabelCheck& labels,
                    std::vector<Meters>& meters) {
  for (const MetricKind* kind : metrics_for(first, chosen)) {
    if (kind->info.against == Against::kLabels) labels.check(first.outputs.at(0));
    for (auto& meter : meters)
      meter.metrics.emplace_back(
          kind->info, kind->resampled ? make_resampled(*kind, meter.name) : kind->make(meter.name));
  }
}

void add_batch(std::span<const Candidate> candidates, const Batch& batch, int64_t number,
               const MetricChoice& chosen, LabelCheck& labels, std::vector<Meters>& meters) {
  std::vector<at::Tensor> first;
  std::map<size_t, std::vector<at::Tensor>> others;  // of the candidates that later ones are held against
  for (const auto& candidate : candidates)
    if (candidate.other) others[*candidate.other];
  const std::vector<at::Tensor> none;
  for (size_t i = 0; i < candidates.size(); ++i) {
    same_chance(number);
    std::vector<at::Tensor> outputs = run_timed(candidates[i], batch, meters[i].seconds);
    if (i == 0) first = outputs;
    if (const auto kept = others.find(i); kept != others.end()) kept->second = outputs;
    const Answers answers{outputs, batch.targets, candidates.size() > 1 ? first : none};
    if (number == 0 && i == 0) choose_metrics(answers, chosen, labels, meters);
    for (auto& [info, metric] : meters[i].metrics) metric->add(answers);
    meters[i].with_first.add(first, outputs);
    if (const auto& other = candidates[i].other) meters[i].with_other.add(others.at(*other), outputs);
    if (i > 0) {
      meters[i].outputs.resize(outputs.size());
      for (size_t k = 0; k < outputs.size(); ++k) meters[i].outputs[k].add(first[k], outputs[k]);
    }
  }
}

Evaluation evaluation_of(const Meters& meters) {
  Evaluation evaluation{.name = meters.name,
                        .with_first = meters.with_first.agreement(),
                        .with_other = meters.with_other.agreement(),
                        .seconds = meters.seconds};
  for (const auto& [info, metric] : meters.metrics)
    evaluation.metrics.push_back(
        {info, metric->value(), metric->samples(), metric->warning(), metric->replicas()});
  for (const auto& meter : meters.outputs) evaluation.outputs.push_back(meter.quality());
  return evaluation;
}

}  // namespace

const MetricResult* Evaluation::metric(const std::string& wanted) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const MetricResult& result) { return result.info.name == wanted; });
  return found == metrics.end() ? nullptr : &*found;
}

std::vector<Evaluation> evaluate(std::span<const Candidate> candidates, Loader& loader,
                                 const std::string& metric) {
  if (loader.size() == 0)
    throw Error(ErrorKind::kUsage, {.what = "there is no sample to evaluate on",
                                    .got = "0 samples",
                                    .expected = "at least 1",
                                    .fix = "check the data, and its `limit`"});
  const at::NoGradGuard no_grad;
  const CarriedState one_pass;
  std::vector<Meters> meters;
  for (const auto& candidate : candidates) meters.emplace_back(candidate);
  const MetricChoice chosen = choose_metric(metric);
  LabelCheck labels(loader);
  loader.start();
  for (int64_t number = 0; const auto batch = loader.next(); ++number)
    add_batch(candidates, *batch, number, chosen, labels, meters);

  std::vector<Evaluation> evaluations;
  for (const auto& meter : meters) evaluations.push_back(evaluation_of(meter));
  return evaluations;
}

}  // namespace qtool
