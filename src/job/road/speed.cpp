#include "job/road/speed.h"

#include <ATen/core/grad_mode.h>

#include "graph/tensor_inputs.h"
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

ReportLatency compare_speed(Model& float_model, Model& int8_model, JobData& data, Progress& progress) {
  const at::NoGradGuard no_grad;
  auto loader = data.loader(Split::kTest, {tensor_inputs(float_model), tensor_inputs(int8_model)},
                            {.batch_size = kBatch, .count = kBatch});
  const auto batch = loader.next();
  QTOOL_ASSERT(batch.has_value());
  const auto timed = [&](const char* name, Model& model) {
    return Timed{name, [&](int64_t) { return [&] { (void)model.forward_as_client(batch->inputs); }; }};
  };
  const std::vector<Timed> subjects = {timed("float", float_model), timed("int8", int8_model)};
  // Few runs: a median that a person reads, not a benchmark (that is `qtool bench`).
  const auto times =
      measure_latency(subjects, {.batch = {batch->size()}, .warm_up = 3, .rounds = 5, .runs = 3}, progress);
  return {.float_ms = times[0].median_ms,
          .int8_ms = times[1].median_ms,
          .batch = batch->size(),
          .float_operators = operator_times(subjects[0], batch->size()),
          .int8_operators = operator_times(subjects[1], batch->size())};
}

}  // namespace qtool
