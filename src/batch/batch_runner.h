#pragma once
#include <memory>
#include <string>
#include <vector>

#include "batch/plan/batch_plan.h"
#include "report/batch/batch_summary.h"

namespace qtool {

/// Who watches a batch run. This base does nothing.
class BatchWatcher {
 public:
  virtual ~BatchWatcher() = default;
  virtual void job_begins(const PlannedJob& job, size_t number, size_t count);
  /// What the only running job writes to its terminal; not called where several may run.
  virtual void job_draws(const std::string& bytes);
  /// A line that a job logs, where job_draws() is not called.
  virtual void job_says(const PlannedJob& job, const std::string& line);
  virtual void job_ends(const PlannedJob& job, const SummaryRow& row);
};

struct RunnerOptions {
  std::string executable = {};  ///< of the subcommands
  int64_t side_by_side = 1;
  int64_t threads = 1;       ///< of all jobs together
  bool on_terminal = false;  ///< one job at a time, and it may draw
  bool quiet = false;
  bool resume = false;
  bool keep_going = false;
};

/// Runs each job as `EXECUTABLE TASK --config FILE --json`: LibTorch's threads, engine and seeds are those of a
/// process, and a job that dies of memory takes nothing else along. Files go to the batch's folder: jobs/NAME.yaml,
/// logs/NAME.log, results/NAME.json, batch.json (batch/state/batch_state.h). A job runs once those that it needs are
/// done, and is skipped where one of them failed; a failed gate is no such failure. After another failure no job
/// begins, unless keep_going. After an interrupt the running jobs are interrupted and waited for. Rows in the order of
/// the plan.
[[nodiscard]] std::vector<SummaryRow> run_jobs(BatchPlan& plan, const RunnerOptions& options,
                                               BatchWatcher& watcher);

/// What would be done with one job.
struct JobForecast {
  bool unchanged = false;  ///< --resume leaves it out
  int64_t threads = 0;
};
/// Of each job; reads the inputs where `resume`.
[[nodiscard]] std::vector<JobForecast> forecast(BatchPlan& plan, const RunnerOptions& options);

}  // namespace qtool
