#include "job/bench.h"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "data/loader.h"
#include "export/target.h"
#include "graph/passes/canonicalise.h"
#include "graph/passes/freeze.h"
#include "graph/read/read_model.h"
#include "job/input/client_models.h"
#include "job/input/job_data.h"
#include "run/torchscript_runtime.h"

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

/// The fair rival of int8; null where the file holds no float model.
std::unique_ptr<RuntimeModel> folded_and_frozen(const std::string& file) {
  if (is_onnx_model(file)) return nullptr;
  try {
    const auto model = read_model(file);
    if (model.notes().extra_files.contains(kManifestFile)) return nullptr;  // int8, of ours
    return torchscript_runtime(frozen_for_speed(canonicalise(model)));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnquantizable) throw;
    return nullptr;
  }
}

/// What is timed: the models, and behind the first one what it is folded and frozen.
class Subjects {
 public:
  Subjects(const BenchOptions& options, const ClientModels& models) {
    for (size_t i = 0; i < models.size(); ++i) {
      add(options.models[i], models[i]);
      if (i > 0 || models.size() < 2 || !options.folded) continue;
      if ((folded_ = folded_and_frozen(options.models[0])))
        add(options.models[0] + ", folded and frozen", *folded_);
    }
  }
  [[nodiscard]] size_t size() const { return models_.size(); }
  [[nodiscard]] RuntimeModel& operator[](size_t index) const { return *models_[index].second; }
  [[nodiscard]] std::vector<Timed> timed_on(const Batch& inputs) const {
    std::vector<Timed> subjects;
    for (const auto& [name, model] : models_) subjects.push_back(timed(name, *model, inputs));
    return subjects;
  }

 private:
  void add(const std::string& name, RuntimeModel& model) { models_.emplace_back(name, &model); }

  std::vector<std::pair<std::string, RuntimeModel*>> models_;
  std::unique_ptr<RuntimeModel> folded_;
};

}  // namespace

void check(const BenchOptions& options) {
  if (options.as_client && options.engine != Engine::kAuto)
    throw Error(ErrorKind::kUsage, {.what = "a program that sets nothing has LibTorch's own engine",
                                    .where = "--as-client",
                                    .got = std::string("--engine ") + to_string(options.engine),
                                    .fix = "leave one of them out"});
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
  context.progress.stage("load");
  check_options(options);
  std::optional<EngineScope> engine;
  if (!options.as_client) engine.emplace(choose_engine(options.engine));
  const ClientModels models(options.models, options.runner);
  const Inputs inputs = read_inputs(options, models);
  BenchResult result{.arrival = inputs.arrival, .warnings = models.remarks()};

  if (context.common.dry_run) return result;
  context.progress.stage("time");
  const c10::AutoGradMode no_gradients(false);
  const Subjects timed_models(options, models);
  const auto subjects = timed_models.timed_on(inputs.batch);
  auto& rows = result.rows;
  for (const Latency& latency : measure_latency(subjects, options.latency, context.progress)) {
    BenchRow& row = rows.emplace_back();
    row.latency = latency;
    const size_t column = (rows.size() - 1) % subjects.size();
    row.runtime = timed_models[column].runtime();
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
