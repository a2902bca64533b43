#pragma once
/// From a batch file to the jobs that are to run, with what each reads and which earlier job makes it. Nothing is
/// loaded: what can be said from options and file names alone is said here, all at once.
#include <string>
#include <vector>

#include "config/batch_config.h"

namespace qtool {

struct PlannedJob {
  JobConfig config = {};
  std::string model = {};                ///< for people, as the file names it; several with commas
  std::string output = {};               ///< absolute folder; empty: the task writes none
  std::vector<std::string> inputs = {};  ///< absolute files and folders that it reads
  std::vector<size_t> needs = {};  ///< places of earlier jobs, among those planned, whose output it reads
};

struct BatchPlan {
  std::string output = {};  ///< absolute folder of the batch
  std::vector<PlannedJob> jobs = {};
};

/// Keeps the jobs whose names match one of the globs (all where there is none), and finds what they need. Throws
/// Error(kUsage) where a glob matches no job; what is wrong with the jobs goes to the problems: data specs, options
/// that contradict, files that are missing and that no earlier job makes, two jobs with one output folder, jobs that
/// need a later one.
[[nodiscard]] BatchPlan plan_batch(BatchConfig batch, const std::vector<std::string>& globs,
                                   Problems& problems);

}  // namespace qtool
