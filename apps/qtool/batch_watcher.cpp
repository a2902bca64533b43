#include "batch_watcher.h"

#include <spdlog/spdlog.h>

#include "streams.h"

namespace qtool {

void TerminalBatchWatcher::job_begins(const PlannedJob& job, size_t number, size_t count) {
  spdlog::info("[{}/{}] {}: {} {}", number, count, job.config.name, job.config.task, job.model);
}

void TerminalBatchWatcher::job_draws(const std::string& bytes) {
  draw(bytes);
  drawn_ = true;
}

void TerminalBatchWatcher::job_says(const PlannedJob& job, const std::string& line) {
  say(job.config.name + " | " + line);
}

void TerminalBatchWatcher::job_ends(const PlannedJob& job, const SummaryRow& row) {
  if (drawn_) draw("\r\033[K");  // a bar that a killed job has left
  drawn_ = false;
  const bool well = row.verdict == Verdict::kOk;
  spdlog::log(well ? spdlog::level::info : spdlog::level::warn, "{}: {}", job.config.name, verdict_text(row));
}

}  // namespace qtool
