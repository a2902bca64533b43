#include "process.h"

#include <c10/util/Exception.h>
#include <malloc.h>
#include <signal.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <torch/version.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/machine_failure.h"
#include "base/safe_text.h"
#include "base/unfinished_file.h"
#include "exit_code.h"
#include "terminal.h"

namespace qtool {
namespace {

/// Ends the program in the middle of whatever it does.
[[noreturn]] void abandon(int) {
  constexpr char message[] =
      "qtool: error: interrupted within a step that did not end\n  do:       run the same command again; "
      "finished files are kept\n";
  UnfinishedFile::remove_all();
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  _exit(int(ErrorKind::kInterrupted));
}

/// The first time asks the job to stop, which it does between two steps; a step that does not end is left at the second
/// time, or when patience ends.
void on_interrupt(int signal) {
  static std::atomic<bool> asked{false};
  if (asked.exchange(true)) abandon(signal);
  request_interrupt();
  alarm(interrupt_patience());
}

void catch_signals() {
  // Past a limit on file sizes (ulimit -f), write() fails as it does on a full disk, and the job can say so.
  signal(SIGXFSZ, SIG_IGN);
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  action.sa_handler = abandon;
  sigaction(SIGALRM, &action, nullptr);
}

[[noreturn]] void end_with(const std::function<int()>& body) {
  const int code = guarded(body);
  std::fflush(nullptr);
  std::_Exit(code);
}

/// What ends the program without a way back to main() has its exit code, too.
void keep_exit_codes() {
  // libgomp calls exit(1) where the system gives it no thread, which would read as a gate that failed. Nothing of ours
  // calls exit().
  std::atexit([] { end_with([]() -> int { throw Error(ErrorKind::kMachine, out_of_memory()); }); });
  // E.g. no memory in a destructor, or for an exception.
  std::set_terminate([] {
    if (const auto thrown = std::current_exception())
      end_with([&]() -> int { std::rethrow_exception(thrown); });
    std::abort();
  });
}

spdlog::level::level_enum level_of(const CommonOptions& common) {
  switch (common.log_level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return common.quiet ? spdlog::level::warn : spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// What is logged, as a line (base/safe_text.h).
class SafeMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string line = safe_line({message.payload.data(), message.payload.size()});
    out.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<SafeMessage>();
  }
};

/// LibTorch warns of what its users cannot change, e.g. that TorchScript is deprecated.
class WarningsToDebug : public c10::WarningHandler {
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning& warning) override { spdlog::debug("LibTorch: {}", warning.msg()); }
#else
  void process(const c10::SourceLocation&, const std::string& message, const bool) override {
    spdlog::debug("LibTorch: {}", message);
  }
#endif
};

}  // namespace

void keep_large_blocks() {
#ifdef __GLIBC__
  // glibc gives blocks above its threshold back to the kernel at each free, and the next pass pays for fresh
  // pages: up to 40 % of an int8 pass. 32 MiB is the largest threshold that it takes.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

void set_up_process() {
  catch_signals();
  keep_exit_codes();
}

void set_up_logging(const CommonOptions& common) {
  const bool color = wants_color();
  auto logger =
      spdlog::stderr_color_st("qtool", color ? spdlog::color_mode::automatic : spdlog::color_mode::never);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<SafeMessage>('*').set_pattern("qtool: %^%l%$: %*");
  logger->set_formatter(std::move(formatter));
  logger->set_level(level_of(common));
  spdlog::set_default_logger(logger);

  static WarningsToDebug handler;
#if TORCH_VERSION_MAJOR >= 2
  c10::WarningUtils::set_warning_handler(&handler);
#else
  c10::Warning::set_warning_handler(&handler);
#endif
}

}  // namespace qtool
