#include "job/bench.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "data/loader.h"
#include "job/input/client_models.h"
#include "job/input/job_data.h"

namespace qtool {
namespace {

struct Inputs {
  Batch batch;
  Arrival arrival;
};

void check_options(const BenchOptions& options) {
  check(options);
  if (options.data.empty() == options.shape.empty())
    throw Error(ErrorKind::kUsage,
                {.what = "bench needs inputs",
                 .got = options.data.empty() ? "neither --data nor --shape" : "both --data and --shape",
                 .expected = "--data SPEC or --shape CxHxW",
                 .fix = "e.g. --shape 1x28x28"});
  if (options.latency.batch.empty())
    throw Error(ErrorKind::kUsage,
                {.what = "no batch size", .where = "--batch", .fix = "e.g. --batch 1,128"});
}

/// `data`, or `shape` as random data; as many samples as the largest batch.
Inputs read_inputs(const BenchOptions& options, const ClientModels& models) {
  const int64_t most = *std::max_element(options.latency.batch.begin(), options.latency.batch.end());
  const std::string text =
      options.data.empty() ? "random:" + options.shape + ",samples=" + std::to_string(most) : options.data;
  JobData data(text);
  auto loader = data.loader(Split::kTest, models.inputs(), {.batch_size = most});
  std::optional<Batch> batch = loader.next();
  if (!batch || batch->size() < most)
    throw Error(ErrorKind::kUsage, {.what = "too few samples for a batch",
                                    .where = text,
                                    .got = std::to_string(batch ? batch->size() : 0) + " samples",
                                    .expected = "at least " + std::to_string(most),
                                    .fix = "choose smaller sizes with --batch, or other data"});
  ArrivalMeter meter(models[0].input_names());
  meter.add(batch->inputs);
  return {*std::move(batch), meter.arrival(loader)};
}

Timed timed(const std::string& name, RuntimeModel& model, const Batch& inputs) {
  const auto first = [&inputs](int64_t size) {
    std::vector<at::Tensor> slices;
    for (const auto& input : inputs.inputs) slices.push_back(input.narrow(0, 0, size).contiguous());
    return slices;
  };
  if (model.times_itself())
    return {.name = name, .elsewhere = [&model, first](int64_t size, int64_t runs) {
              return model.latencies_ms(first(size), runs);
            }};
  return {.name = name, .prepare = [&model, first](int64_t size) {
            return [&model, slices = first(size)] {
              throw_if_interrupted();
              (void)model.run(slices);
            };
          }};
}

}  // namespace

void check(const BenchOptions& options) {
  check(options.runner);
  check_can_time(options.runner);
  if (options.runner.command.empty() || options.models.size() > 1) return;
  throw Error(ErrorKind::kUsage,
              {.what = "the runner must be told the names of the inputs",
               .where = "--runner",
               .got = "one model",
               .expected = "a model that qtool reads first, and the runner's last",
               .fix = "e.g. qtool bench model.pt " + options.models.at(0) + " --runner ..."});
}

BenchResult run_bench(const BenchOptions& options, const Context& context) {
  apply(context.common);
  const EngineScope engine(choose_engine(options.engine));
  context.progress.stage("load");
  check_options(options);
  const ClientModels models(options.models, options.runner);
  const Inputs inputs = read_inputs(options, models);
  BenchResult result{.arrival = inputs.arrival, .warnings = models.remarks()};

  if (context.common.dry_run) return result;
  context.progress.stage("time");
  const c10::AutoGradMode no_gradients(false);
  std::vector<Timed> subjects;
  for (size_t i = 0; i < models.size(); ++i)
    subjects.push_back(timed(options.models[i], models[i], inputs.batch));
  auto& rows = result.rows;
  for (const Latency& latency : measure_latency(subjects, options.latency, context.progress)) {
    BenchRow& row = rows.emplace_back();
    row.latency = latency;
    const size_t column = (rows.size() - 1) % models.size();
    row.runtime = models[column].runtime();
    row.ratio = latency.median_ms / rows[rows.size() - 1 - column].latency.median_ms;
    if (!options.operators) continue;
    if (row.runtime.rfind("LibTorch", 0) == 0)
      row.operators = time_operators(subjects[column].prepare(latency.batch), options.latency.runs);
    else
      add_new(result.warnings, {latency.name + ": only LibTorch tells how long each operator takes"});
  }
  return result;
}

}  // namespace qtool
