#include "job/eval.h"

#include "base/error.h"
#include "job/input/client_models.h"
#include "job/input/job_data.h"
#include "job/road/output_warnings.h"

namespace qtool {

void check(const EvalOptions& options) {
  check_metric_name(options.metric);
  check(options.runner);
  if (options.runner.command.empty() || !options.against.empty()) return;
  throw Error(ErrorKind::kUsage, {.what = "the runner must be told the names of the inputs",
                                  .where = "--runner",
                                  .got = "no --against MODEL, which has them",
                                  .expected = "a second model that qtool itself can run",
                                  .fix = "name the float model or model.fakequant.pt with --against"});
}

EvalResult run_eval(const EvalOptions& options, const Context& context) {
  apply(context.common);
  check(options);
  (void)choose_metric(options.metric);
  const EngineScope engine(choose_engine(options.engine));
  context.progress.stage("load");
  std::vector<std::string> files = {options.model};
  if (!options.against.empty()) files.insert(files.begin(), options.against);
  const ClientModels models(files, options.runner);
  JobData data(options.data);
  auto loader = data.loader(Split::kTest, models.inputs(), {.batch_size = options.batch_size});
  if (!loader.has_targets() && options.against.empty())
    throw Error(ErrorKind::kUsage, {.what = "there is nothing to hold the model against",
                                    .where = options.data,
                                    .got = "data without labels or targets, and no --against MODEL",
                                    .expected = "labels or targets, or a second model",
                                    .fix = "name a reference with --against, e.g. the float model"});

  auto remarks = models.remarks();
  if (context.common.dry_run) return {.samples = loader.size(), .warnings = std::move(remarks)};
  context.progress.stage("evaluate");
  std::vector<Candidate> candidates;
  ArrivalMeter meter(models[models.size() - 1].input_names());
  int64_t done = 0;
  for (size_t i = 0; i < models.size(); ++i) {
    const bool last = i + 1 == models.size();
    candidates.push_back({.name = files[i], .run = [&, i, last](const std::vector<at::Tensor>& inputs) {
                            if (last) meter.add(inputs);
                            auto outputs = models[i].run(inputs);
                            if (last) context.progress.update(done += inputs[0].size(0), loader.size(), "");
                            return outputs;
                          }});
  }
  std::vector<Evaluation> evaluations = evaluate(candidates, loader, options.metric);
  EvalResult result{.samples = done,
                    .model = evaluations.back(),
                    .arrival = meter.arrival(loader),
                    .warnings = std::move(remarks)};
  if (evaluations.size() > 1) {
    result.reference = evaluations.front();
    const auto warnings = output_warnings(result.model.outputs, options.against, options.model);
    result.warnings.insert(result.warnings.end(), warnings.begin(), warnings.end());
  }
  for (const auto& metric : result.model.metrics)
    if (metric.warning) result.arrival.warnings.push_back(*metric.warning);
  return result;
}

}  // namespace qtool
