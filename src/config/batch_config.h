#pragma once
/// Batch files: many jobs in one YAML file.
///
///     version: 1
///     output: ../out/batch            # of the summary; a job without one of its own gets a folder in it
///     defaults: {task: ptq, data: ...}  # for each job that knows the key
///     matrix: {quantize.weight_bits: [8, 4]}   # each job that knows the keys, once for each combination
///     jobs:
///       - {name: a, task: ptq, model: net.pt}
///       - {name: b, model: net.pt, matrix: {quantize.calibrator: [mse, minmax]}}   # this job only
///
/// What a job says wins over `defaults`, what its matrix says over both. A file with `task` and no `jobs` is a batch of
/// one.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "config/problems.h"
#include "options/option_tree.h"

namespace qtool {

/// What a job may be, e.g. `ptq`, and its options, freshly made.
struct JobKind {
  std::string task = {};
  std::function<OwnedOptions()> make = {};
};

/// One job, its options as the file says.
struct JobConfig {
  std::string name = {};  ///< unique; letters, digits and `._-`
  std::string task = {};
  OwnedOptions options = {};
  std::string key = {};  ///< path of its entry for messages, e.g. `jobs[0].`; empty where the file is one job
  Place place = {};      ///< of its entry
  std::map<std::string, Place> places = {};  ///< of the keys that the file gives it, elements as `models[1]`
  bool sound = true;                         ///< no problem was found in it so far
  [[nodiscard]] Place place_of(
      const std::string& path) const;  ///< of the entry where the file has no such key
};

struct BatchConfig {
  std::string output = {};  ///< folder
  std::vector<JobConfig> jobs = {};
};

/// Reads and expands the file; what is wrong goes to the problems. Paths count from the file's folder. `settings` are
/// `key.path=value` texts that win over the file in each job that knows the key; throws Error(kUsage) where none does.
[[nodiscard]] BatchConfig read_batch(const std::string& text, const std::vector<JobKind>& kinds,
                                     const std::vector<std::string>& settings, Problems& problems);

}  // namespace qtool
