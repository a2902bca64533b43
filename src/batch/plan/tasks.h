#pragma once
/// The kinds of jobs that a batch may have, in one table.
#include <string>
#include <vector>

#include "config/batch_config.h"
#include "report/batch/batch_summary.h"

namespace qtool {

struct Task {
  JobKind kind = {};
  std::vector<std::string> products = {};  ///< files in the job's output folder that a later job may use
  JobMetrics (*metrics)(const std::string& result_json) =
      nullptr;  ///< of what the subcommand prints with --json
};

[[nodiscard]] const std::vector<Task>& tasks();
/// The row with this name, which there must be.
[[nodiscard]] const Task& find_task(const std::string& name);
/// The names and options of all rows.
[[nodiscard]] std::vector<JobKind> job_kinds();

}  // namespace qtool
