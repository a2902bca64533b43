#include <spdlog/spdlog.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "batch/batch.h"
#include "batch_watcher.h"
#include "command.h"
#include "output.h"

namespace qtool {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

/// Names of the jobs that it waits for.
std::vector<std::string> needs_of(const BatchPlan& plan, const PlannedJob& job) {
  std::vector<std::string> names;
  for (const size_t need : job.needs) names.push_back(plan.jobs[need].config.name);
  return names;
}

std::string forecast_json(const BatchPlan& plan, const std::vector<JobForecast>& forecasts) {
  nlohmann::ordered_json json = {
      {"schema", 1}, {"output", plan.output}, {"jobs", nlohmann::ordered_json::array()}};
  for (size_t i = 0; i < plan.jobs.size(); ++i) {
    const PlannedJob& job = plan.jobs[i];
    json["jobs"].push_back({{"job", job.config.name},
                            {"task", job.config.task},
                            {"model", job.model},
                            {"output", job.output},
                            {"threads", forecasts[i].threads},
                            {"needs", needs_of(plan, job)},
                            {"unchanged", forecasts[i].unchanged}});
  }
  return json_text(json);
}

std::string summary_line(const BatchPlan& plan) {
  return "\nsummary " + shown_path(plan.output) + "/summary.html\n";
}

std::string forecast_text(const BatchPlan& plan, const std::vector<JobForecast>& forecasts) {
  std::vector<std::vector<std::string>> rows = {{"job", "task", "model", "output", "threads", "needs", ""}};
  for (size_t i = 0; i < plan.jobs.size(); ++i) {
    const PlannedJob& job = plan.jobs[i];
    rows.push_back({job.config.name, job.config.task, job.model,
                    job.output.empty() ? "-" : shown_path(job.output), std::to_string(forecasts[i].threads),
                    job.needs.empty() ? "-" : join(needs_of(plan, job)),
                    forecasts[i].unchanged ? "skipped: unchanged" : "runs"});
  }
  return columns(rows, Align::kText) + summary_line(plan);
}

std::string summary_text(const BatchSummary& summary, const BatchPlan& plan) {
  return columns(summary_cells(summary)) + summary_line(plan);
}

int run(const BatchOptions& options, const Context& context) {
  const CommonOptions& common = context.common;
  BatchPlan plan = open_batch(options);
  RunnerOptions runner = runner_options(options, common, plan);
  runner.executable = kThisProgram;
  runner.on_terminal = runner.side_by_side == 1 && !common.quiet && isatty(STDERR_FILENO) != 0;
  if (common.dry_run) {
    const auto forecasts = forecast(plan, runner);
    print(common.json ? forecast_json(plan, forecasts) : forecast_text(plan, forecasts));
    return 0;
  }
  TerminalBatchWatcher watcher;
  const BatchSummary summary = run_batch(options, plan, runner, watcher);
  const int code = exit_code_of(summary);
  print(common.json ? summary_json(summary) : summary_text(summary, plan));
  if (code == static_cast<int>(ErrorKind::kInterrupted))
    spdlog::warn("interrupted; 'qtool run {} --resume' goes on, finished jobs are kept", options.file);
  return code;
}

}  // namespace

Command run_command() {
  Command command =
      make_command<BatchOptions>("run", "run a batch of jobs from a YAML file, with one table at the end",
                                 "qtool run configs/post_training_quantization.yaml --resume", run);
  command.common = {"dry_run", "limits", "threads", "log_level", "json", "quiet"};
  return command;
}

}  // namespace qtool
