#include "process.h"

#include <c10/util/Exception.h>
#include <malloc.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <torch/version.h>

#include <cstdlib>

#include "core/interrupt.h"
#include "terminal.h"

namespace qtool {
namespace {

void keep_large_blocks() {
#ifdef __GLIBC__
  // glibc gives blocks above its threshold back to the kernel at each free, and the next pass pays for fresh
  // pages: up to 40 % of an int8 pass. 32 MiB is the largest threshold that it takes.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

void catch_signals() {
  // Past a limit on file sizes (ulimit -f), write() fails as it does on a full disk, and the job can say so.
  signal(SIGXFSZ, SIG_IGN);
  struct sigaction action = {};
  action.sa_handler = [](int) { request_interrupt(); };
  action.sa_flags = SA_RESETHAND;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
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

void set_up_process() {
  keep_large_blocks();
  catch_signals();
}

void set_up_logging(const CommonOptions& common) {
  const bool color = wants_color();
  auto logger =
      spdlog::stderr_color_st("qtool", color ? spdlog::color_mode::automatic : spdlog::color_mode::never);
  logger->set_pattern("qtool: %^%l%$: %v");
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
