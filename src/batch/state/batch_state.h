#pragma once
/// What a batch remembers of its jobs, so that --resume can leave out those that would do the same again: batch.json in
/// the batch's output folder.
#include <map>
#include <string>
#include <vector>

#include "batch/state/fingerprint.h"

namespace qtool {

struct JobRecord {
  std::string tool = {};    ///< versions of qtool and LibTorch
  std::string config = {};  ///< SHA-256 of the resolved config, the sharing of threads left out
  std::vector<Fingerprint> inputs = {}, outputs = {};
  int exit_code = -1;  ///< -1: began, and has not ended
  double seconds = 0;
};

using BatchState = std::map<std::string, JobRecord>;  ///< by name

/// Empty where the file is not there or is not one of ours: then all jobs run.
[[nodiscard]] BatchState read_batch_state(const std::string& path);
void write_batch_state(const BatchState& state, const std::string& path);

/// Whether the two would do the same: tool, config and content of the inputs.
[[nodiscard]] bool same_work(const JobRecord& a, const JobRecord& b);

}  // namespace qtool
