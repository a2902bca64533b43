#pragma once
#include "batch/batch_runner.h"

namespace qtool {

/// Shows a batch on stderr: the running job's own bar where it is alone on a terminal, else its lines behind its name;
/// and what became of each job.
class TerminalBatchWatcher : public BatchWatcher {
 public:
  void job_begins(const PlannedJob& job, size_t number, size_t count) override;
  void job_draws(const std::string& bytes) override;
  void job_says(const PlannedJob& job, const std::string& line) override;
  void job_ends(const PlannedJob& job, const SummaryRow& row) override;

 private:
  bool drawn_ = false;
};

}  // namespace qtool
