#include "batch/batch.h"

#include <algorithm>
#include <filesystem>

#include "base/atomic_file.h"
#include "batch/plan/tasks.h"

namespace qtool {
namespace {

/// From the batch's folder; that of an earlier run is no report of a job that failed now.
std::string report_of(const SummaryRow& row, const std::string& batch_folder) {
  if (!did_its_work(row.verdict)) return "";
  const auto path = std::filesystem::path(row.output) / "report.html";
  return std::filesystem::exists(path) ? path.lexically_relative(batch_folder).string() : "";
}

}  // namespace

BatchPlan open_batch(const BatchOptions& options) {
  Problems problems(options.file);
  BatchConfig config = read_batch(read_file(options.file), job_kinds(), options.settings, problems);
  BatchPlan plan = plan_batch(std::move(config), options.select, problems);
  problems.throw_if_any();
  return plan;
}

RunnerOptions runner_options(const BatchOptions& options, const CommonOptions& common,
                             const BatchPlan& plan) {
  const auto jobs = static_cast<int64_t>(plan.jobs.size());
  return {.side_by_side = std::clamp<int64_t>(options.side_by_side, 1, std::max<int64_t>(1, jobs)),
          .threads = thread_count(common),
          .quiet = common.quiet,
          .resume = options.resume,
          .keep_going = options.keep_going};
}

BatchSummary run_batch(const BatchOptions& options, BatchPlan& plan, const RunnerOptions& runner,
                       BatchWatcher& watcher) {
  BatchSummary summary{.config = options.file, .rows = run_jobs(plan, runner, watcher)};
  for (auto& row : summary.rows) row.report = report_of(row, plan.output);
  const auto path = [&](const char* name) { return plan.output + "/" + name; };
  write_file(path("summary.md"), summary_markdown(summary));
  write_file(path("summary.csv"), summary_csv(summary));
  write_file(path("summary.json"), summary_json(summary));
  write_file(path("summary.html"), summary_html(summary));
  return summary;
}

}  // namespace qtool
