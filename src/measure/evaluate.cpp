#include "measure/evaluate.h"

#include <ATen/core/grad_mode.h>

#include <chrono>

#include "base/error.h"
#include "measure/chance.h"
#include "measure/label_check.h"

namespace qtool {
namespace {

struct Meters {
  explicit Meters(const Candidate& candidate)
      : accuracy(candidate.name), with_first(candidate.step), with_previous(candidate.step) {}
  AccuracyMeter accuracy;
  AgreementMeter with_first, with_previous;
  std::vector<OutputMeter> outputs;
  double seconds = 0;
};

std::vector<at::Tensor> run_timed(const Candidate& candidate, const Batch& batch, double& seconds) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<at::Tensor> outputs = candidate.run(batch.inputs);
  seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return outputs;
}

void add_batch(std::span<const Candidate> candidates, const Batch& batch, int64_t number, LabelCheck& labels,
               std::vector<Meters>& meters) {
  std::vector<at::Tensor> first, previous;
  for (size_t i = 0; i < candidates.size(); ++i) {
    same_chance(number);
    std::vector<at::Tensor> outputs = run_timed(candidates[i], batch, meters[i].seconds);
    if (i == 0) first = previous = outputs;
    labels.check(outputs.at(0));
    if (!batch.targets.empty()) meters[i].accuracy.add(outputs.at(0), batch.targets[0]);
    meters[i].with_first.add(first, outputs);
    meters[i].with_previous.add(previous, outputs);
    if (i > 0) {
      meters[i].outputs.resize(outputs.size());
      for (size_t k = 0; k < outputs.size(); ++k) meters[i].outputs[k].add(first[k], outputs[k]);
    }
    previous = std::move(outputs);
  }
}

}  // namespace

std::vector<Evaluation> evaluate(std::span<const Candidate> candidates, Loader& loader) {
  if (loader.size() == 0)
    throw Error(ErrorKind::kUsage, {.what = "there is no sample to evaluate on",
                                    .got = "0 samples",
                                    .expected = "at least 1",
                                    .fix = "check the data, and its `limit`"});
  const at::NoGradGuard no_grad;
  std::vector<Meters> meters(candidates.begin(), candidates.end());
  LabelCheck labels(loader);
  loader.start();
  for (int64_t number = 0; const auto batch = loader.next(); ++number)
    add_batch(candidates, *batch, number, labels, meters);

  std::vector<Evaluation> evaluations;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Meters& m = meters[i];
    std::vector<OutputQuality> outputs;
    for (const auto& meter : m.outputs) outputs.push_back(meter.quality());
    evaluations.push_back(
        {.name = candidates[i].name,
         .accuracy = loader.has_labels() ? std::optional<Accuracy>(m.accuracy.accuracy()) : std::nullopt,
         .right = m.accuracy.right(),
         .with_first = m.with_first.agreement(),
         .with_previous = m.with_previous.agreement(),
         .outputs = std::move(outputs),
         .seconds = m.seconds});
  }
  return evaluations;
}

}  // namespace qtool
