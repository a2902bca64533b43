#pragma once
/// The kinds of jobs that a batch may have, in one table.
#include <string>
#include <vector>

#include "config/batch_config.h"
#include "report/batch/batch_summary.h"

namespace qtool {

struct Task {
  JobKind kind = {};
  /// Files in each job's output folder that a later job may use; those of its targets come on top.
  std::vector<std::string> products = {};
  JobMetrics (*metrics)(const std::string& result_json) =
      nullptr;  ///< of what the subcommand prints with --json
};

[[nodiscard]] const std::vector<Task>& tasks();
/// The row with this name, which there must be.
[[nodiscard]] const Task& find_task(const std::string& name);
/// The files in the job's output folder that a later job may use.
[[nodiscard]] std::vector<std::string> products_of(const JobConfig& job);
/// The names and options of all rows.
[[nodiscard]] std::vector<JobKind> job_kinds();

}  // namespace qtool
