#include "batch/batch_runner.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <list>
#include <optional>

#include "base/atomic_file.h"
#include "base/child_process.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/safe_text.h"
#include "batch/log_lines.h"
#include "batch/plan/tasks.h"
#include "batch/state/batch_files.h"
#include "batch/state/batch_state.h"
#include "batch/state/job_record.h"
#include "config/config.h"
#include "report/job/gates.h"

namespace qtool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kInterrupted = static_cast<int>(ErrorKind::kInterrupted);
constexpr int kWaitMs = 100;  // between two looks at the children
constexpr const char* kErrorMark = "qtool: error: ";

enum class Stage { kWaiting, kRunning, kEnded };

/// A job that runs now.
struct Running {
  size_t job = 0;
  std::unique_ptr<ChildProcess> child = {};
  std::optional<NewFile> log = {};
  LogLines lines = {};
  std::string error = {};  ///< first line of its message
  Clock::time_point begin = Clock::now();
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Of one job.
int64_t share_of_threads(const RunnerOptions& options) {
  return std::max<int64_t>(1, options.threads / options.side_by_side);
}

std::string signal_text(int code) {
  const int number = code - 128;
  return std::string("killed by signal ") + std::to_string(number) + " (" + strsignal(number) + ")" +
         (number == SIGKILL ? ", as for want of memory" : "");
}

class Runner {
 public:
  Runner(BatchPlan& plan, const RunnerOptions& options, BatchWatcher& watcher)
      : plan_(plan),
        options_(options),
        watcher_(watcher),
        files_{plan.output},
        state_(read_batch_state(files_.state())),
        stages_(plan.jobs.size(), Stage::kWaiting),
        rows_(plan.jobs.size()) {
    for (const char* folder : {"", "/jobs", "/logs", "/results"}) ensure_folder(plan.output + folder);
    for (size_t i = 0; i < rows_.size(); ++i) {
      const PlannedJob& job = plan.jobs[i];
      rows_[i].job = job.config.name;
      rows_[i].task = job.config.task;
      rows_[i].output = job.output.empty() ? files_.result(job.config.name) : job.output;
    }
  }

  std::vector<SummaryRow> run() {
    while (true) {
      begin_jobs();
      if (running_.empty()) break;
      wait();
      if (interrupt_requested() && !interrupted_) {
        interrupted_ = true;
        for (const auto& running : running_) running.child->interrupt();
      }
      end_jobs();
    }
    for (size_t i = 0; i < rows_.size(); ++i)
      if (stages_[i] == Stage::kWaiting) leave_out(i, "the batch was interrupted", kInterrupted);
    return std::move(rows_);
  }

 private:
  void begin_jobs() {
    for (size_t i = 0; i < plan_.jobs.size(); ++i) {
      if (stages_[i] != Stage::kWaiting || interrupt_requested()) continue;
      if (!stopped_by_.empty()) {
        leave_out(i, "'" + stopped_by_ + "' failed before, and --keep-going was not given", 0);
        continue;
      }
      if (!may_begin(i) || running_.size() >= static_cast<size_t>(options_.side_by_side)) continue;
      try {
        begin(i);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::kInterrupted) throw;  // by the reading of inputs; the loop sees it
      }
    }
  }

  /// True where all that the job needs is done; a job that needs what failed is left out.
  bool may_begin(size_t i) {
    for (const size_t need : plan_.jobs[i].needs) {
      if (stages_[need] != Stage::kEnded) return false;
      const Verdict verdict = rows_[need].verdict;
      if (did_its_work(verdict)) continue;
      leave_out(i,
                "needs '" + rows_[need].job + "', which " +
                    (verdict == Verdict::kFailed ? "failed" : "was not run"),
                0);
      return false;
    }
    return true;
  }

  void leave_out(size_t i, const std::string& reason, int exit_code) {
    rows_[i].verdict = exit_code == kInterrupted ? Verdict::kInterrupted : Verdict::kSkipped;
    rows_[i].reason = reason;
    rows_[i].exit_code = exit_code;
    stages_[i] = Stage::kEnded;
    watcher_.job_ends(plan_.jobs[i], rows_[i]);
  }

  void begin(size_t i) {
    PlannedJob& job = plan_.jobs[i];
    const std::string& name = job.config.name;
    const auto known = state_.find(name);
    JobRecord record = record_of(job, known == state_.end() ? nullptr : &known->second);
    const bool same = options_.resume && known != state_.end() && same_work(known->second, record);
    if (same && outputs_stand(known->second)) return keep(i, known->second);
    const bool goes_on = same && (known->second.exit_code == -1 || known->second.exit_code == kInterrupted);

    share_threads(job);
    write_file(files_.config(name), print_config(job.config.options.tree, job.config.task));
    state_[name] = std::move(record);
    write_batch_state(state_, files_.state());

    Running& running = running_.emplace_back();
    running.job = i;
    running.log.emplace(files_.log(name));
    stages_[i] = Stage::kRunning;
    watcher_.job_begins(job, i + 1, plan_.jobs.size());
    running.child =
        std::make_unique<ChildProcess>(command_of(job, goes_on), files_.result(name),
                                       options_.on_terminal ? ErrorStream::kTerminal : ErrorStream::kPipe);
  }

  /// `goes_on`: from the checkpoint of a run of the same job that was stopped.
  [[nodiscard]] std::vector<std::string> command_of(PlannedJob& job, bool goes_on) const {
    std::vector<std::string> words = {options_.executable, job.config.task, "--config",
                                      files_.config(job.config.name), "--json"};
    if (options_.quiet) words.emplace_back("--quiet");
    if (limits_are_lifted()) words.emplace_back("--no-limits");
    const bool trains = find_field(job.config.options.tree, "train.resume") != nullptr;
    if (goes_on && trains && std::filesystem::exists(job.output + "/checkpoints/last.pt"))
      words.emplace_back("--resume");
    return words;
  }

  void share_threads(PlannedJob& job) const {
    OptionField* threads = find_field(job.config.options.tree, "threads");
    if (threads->get()[0] != "0") return;
    const std::vector<std::string> share = {std::to_string(share_of_threads(options_))};
    threads->set(share);
  }

  /// A job that --resume finds done.
  void keep(size_t i, const JobRecord& record) {
    SummaryRow& row = rows_[i];
    row.unchanged = true;
    row.seconds = record.seconds;
    row.exit_code = record.exit_code;
    finish(i, /*error=*/"");
  }

  void wait() {
    std::vector<pollfd> descriptors;
    for (const auto& running : running_)
      descriptors.push_back({running.child->stderr_descriptor(), POLLIN, 0});
    poll(descriptors.data(), descriptors.size(), kWaitMs);
    for (auto& running : running_) listen(running);
  }

  void listen(Running& running) {
    const std::string bytes = running.child->read_stderr();
    if (bytes.empty()) return;
    if (options_.on_terminal) watcher_.job_draws(bytes);
    for (const auto& line : running.lines.feed(bytes)) take_line(running, line);
  }

  void take_line(Running& running, const std::string& line) {
    running.log->append(safe_lines(line) + "\n");
    if (running.error.empty() && line.starts_with(kErrorMark))
      running.error = line.substr(std::strlen(kErrorMark));
    if (!options_.on_terminal) watcher_.job_says(plan_.jobs[running.job], line);
  }

  void end_jobs() {
    for (auto it = running_.begin(); it != running_.end();) {
      const auto code = it->child->exit_code();
      if (!code) {
        ++it;
        continue;
      }
      listen(*it);
      if (const std::string rest = it->lines.rest(); !rest.empty()) take_line(*it, rest);
      end(*it, *code);
      it = running_.erase(it);
    }
  }

  void end(const Running& running, int code) {
    const size_t i = running.job;
    const PlannedJob& job = plan_.jobs[i];
    // Another code than ours is of a program that did not begin, e.g. 127 where its libraries find no memory.
    const bool killed = code > 128 && code != kInterrupted;
    const bool of_ours = code <= static_cast<int>(ErrorKind::kMachine) || code == kInterrupted;
    rows_[i].exit_code = of_ours ? code : static_cast<int>(ErrorKind::kMachine);
    rows_[i].seconds = seconds_since(running.begin);
    JobRecord& record = state_[job.config.name];
    record.exit_code = rows_[i].exit_code;
    record.seconds = rows_[i].seconds;
    if (did_its_work(code)) record.outputs = outputs_of(job, plan_.output);
    write_batch_state(state_, files_.state());
    finish(i, killed                  ? signal_text(code)
              : running.error.empty() ? "ended with exit code " + std::to_string(code)
                                      : running.error);
  }

  /// Verdict and metrics, from exit code and result.
  void finish(size_t i, const std::string& error) {
    SummaryRow& row = rows_[i];
    const Task& task = find_task(row.task);
    if (did_its_work(row.exit_code)) row.metrics = task.metrics(read_file(files_.result(row.job)));
    row.verdict = row.exit_code == 0                 ? Verdict::kOk
                  : row.exit_code == kExitGateFailed ? Verdict::kGateFailed
                  : row.exit_code == kInterrupted    ? Verdict::kInterrupted
                                                     : Verdict::kFailed;
    row.reason = row.verdict == Verdict::kGateFailed ? join(row.metrics.failed_gates)
                 : row.verdict == Verdict::kFailed   ? error
                                                     : "";
    if (row.verdict == Verdict::kFailed && !options_.keep_going) stopped_by_ = row.job;
    stages_[i] = Stage::kEnded;
    watcher_.job_ends(plan_.jobs[i], row);
  }

  BatchPlan& plan_;
  const RunnerOptions& options_;
  BatchWatcher& watcher_;
  BatchFiles files_;
  BatchState state_;
  std::vector<Stage> stages_;
  std::vector<SummaryRow> rows_;
  std::list<Running> running_ = {};
  std::string stopped_by_ = {};  ///< the job after whose failure no other begins
  bool interrupted_ = false;
};

}  // namespace

void BatchWatcher::job_begins(const PlannedJob&, size_t, size_t) {}
void BatchWatcher::job_draws(const std::string&) {}
void BatchWatcher::job_says(const PlannedJob&, const std::string&) {}
void BatchWatcher::job_ends(const PlannedJob&, const SummaryRow&) {}

std::vector<SummaryRow> run_jobs(BatchPlan& plan, const RunnerOptions& options, BatchWatcher& watcher) {
  return Runner(plan, options, watcher).run();
}

std::vector<JobForecast> forecast(BatchPlan& plan, const RunnerOptions& options) {
  const BatchState state = read_batch_state(BatchFiles{plan.output}.state());
  std::vector<JobForecast> forecasts;
  for (auto& job : plan.jobs) {
    JobForecast& cast = forecasts.emplace_back();
    const auto known = state.find(job.config.name);
    const bool inputs_stay = std::all_of(job.needs.begin(), job.needs.end(),
                                         [&](size_t need) { return forecasts[need].unchanged; });
    cast.unchanged = options.resume && inputs_stay && known != state.end() &&
                     same_work(known->second, record_of(job, &known->second)) && outputs_stand(known->second);
    const std::string threads = find_field(job.config.options.tree, "threads")->get()[0];
    cast.threads = threads != "0" ? std::stoll(threads) : share_of_threads(options);
  }
  return forecasts;
}

}  // namespace qtool
