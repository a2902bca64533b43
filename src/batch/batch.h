#pragma once
#include <string>
#include <vector>

#include "batch/batch_runner.h"
#include "job/options/common_options.h"
#include "options/options.h"

namespace qtool {

struct BatchOptions {
  std::string file = {};                   ///< YAML
  std::vector<std::string> select = {};    ///< globs of job names; empty: all
  int64_t side_by_side = 1;                ///< jobs at a time
  bool resume = false;                     ///< leave out what would do the same again
  bool keep_going = false;                 ///< also after a failure
  std::vector<std::string> settings = {};  ///< `key=value`, over the file
};

template <class Visitor>
void describe(Visitor& v, BatchOptions& o) {
  v.field("file", o.file, "YAML with jobs", positional, required, path_field);
  v.field("select", o.select, "only the jobs with this name, or whose names fit this glob; repeatable",
          flag("job"));
  v.field("side_by_side", o.side_by_side, "how many jobs run side by side; they share the threads",
          between(1, 256), flag("jobs", 'j'));
  v.field("resume", o.resume, "leave out the jobs whose inputs, settings and outputs are unchanged");
  v.field("keep_going", o.keep_going, "go on after a job has failed", flag("keep-going", 'k'));
  v.field("settings", o.settings, "key=value, over the file, for each job that has the key; repeatable",
          flag("set"));
}

/// The file read, expanded and checked; throws Error(kUsage) with all that is wrong with it.
[[nodiscard]] BatchPlan open_batch(const BatchOptions& options);

[[nodiscard]] RunnerOptions runner_options(const BatchOptions& options, const CommonOptions& common,
                                           const BatchPlan& plan);

/// Runs the jobs, and writes summary.md, .csv, .json and .html into the batch's folder.
[[nodiscard]] BatchSummary run_batch(const BatchOptions& options, BatchPlan& plan,
                                     const RunnerOptions& runner, BatchWatcher& watcher);

}  // namespace qtool
