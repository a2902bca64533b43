#include "job/road/speed.h"

#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "measure/latency.h"
#include "measure/operator_times.h"

namespace qtool {
namespace {

constexpr int64_t kBatch = 128;

constexpr int64_t kProfiledRuns = 3;

/// Of one run on average.
std::vector<ReportOperatorTime> operator_times(const Timed& subject, int64_t batch) {
  std::vector<ReportOperatorTime> times;
  for (const auto& entry : time_operators(subject.prepare(batch), kProfiledRuns).entries)
    times.push_back({entry.name, entry.calls / kProfiledRuns, entry.total_ms / double(kProfiledRuns)});
  return times;
}

}  // namespace

Speed compare_speed(const LadderRung& saved, const LadderRung& folded, const std::vector<LadderRung>& files,
                    JobData& data, Progress& progress) {
  const at::NoGradGuard no_grad;
  std::vector<LadderRung> models = {saved, folded};
  models.insert(models.end(), files.begin(), files.end());
  ReaderInputs readers;
  for (const auto& model : models) readers.push_back(model.inputs);
  auto loader = data.loader(Split::kTest, readers, {.batch_size = kBatch, .count = kBatch});
  const auto batch = loader.next();
  QTOOL_ASSERT(batch.has_value());
  std::vector<Timed> subjects;
  for (const auto& model : models)
    subjects.push_back(
        {model.name, [&](int64_t) { return [&model, &batch] { (void)model.run(batch->inputs); }; }});
  // Few runs: a median that a person reads, not a benchmark (that is `qtool bench`).
  const auto times =
      measure_latency(subjects, {.batch = {batch->size()}, .warm_up = 3, .rounds = 5, .runs = 3}, progress);
  Speed speed;
  for (size_t i = 2; i < models.size(); ++i) {
    speed.files_ms.emplace_back(models[i].name, times[i].median_ms);
    if (models[i].name != kInt8Rung) continue;
    speed.latency = ReportLatency{.float_ms = times[0].median_ms,
                                  .folded_ms = times[1].median_ms,
                                  .int8_ms = times[i].median_ms,
                                  .batch = batch->size(),
                                  .float_operators = operator_times(subjects[0], batch->size()),
                                  .int8_operators = operator_times(subjects[i], batch->size())};
  }
  return speed;
}

}  // namespace qtool
