#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>

#include "base/names.h"
#include "options/options.h"

namespace qtool {

enum class Device { kCpu, kCuda };
template <>
struct Names<Device> {
  static constexpr const char* kind = "device";
  static constexpr NamedValue<Device> table[] = {
      {Device::kCpu, "cpu", "this machine's processor"},
      {Device::kCuda, "cuda", "a GPU, where LibTorch has CUDA: for calibration and training"}};
};

enum class LogLevel { kDebug, kInfo, kWarning, kError };
template <>
struct Names<LogLevel> {
  static constexpr const char* kind = "log level";
  static constexpr NamedValue<LogLevel> table[] = {
      {LogLevel::kDebug, "debug", "also each pass and what LibTorch warns of"},
      {LogLevel::kInfo, "info", "stages and files"},
      {LogLevel::kWarning, "warning", "only what needs a look"},
      {LogLevel::kError, "error", "only what stops the job"}};
};

/// What every job takes.
struct CommonOptions {
  int64_t seed = 0;
  int64_t threads = 0;  ///< 0: all cores that this process may use
  Device device = Device::kCpu;
  LogLevel log_level = LogLevel::kInfo;
  bool json = false;
  bool quiet = false;
  bool dry_run = false;
  bool print_config = false;
  bool limits = true;
  std::string config;
  /// Where the job's settings come from that are not the defaults (options/option_tree.h), for its report. Not an
  /// option.
  std::map<std::string, std::string> setting_origins;
};

template <class Visitor>
void describe(Visitor& v, CommonOptions& o) {
  v.field("config", o.config, "YAML with the keys that --print-config shows; flags win", flag_only,
          path_field);
  v.field("print_config", o.print_config, "print the resolved configuration as YAML and stop", flag_only);
  v.field("dry_run", o.dry_run, "check everything and say what would be done; write nothing", flag_only);
  v.field("limits", o.limits,
          "refuse files that are unusually large; --no-limits is for files that you trust", flag_only);
  v.field("seed", o.seed, "seed of everything that is random", at_least(0));
  v.field("threads", o.threads, "computing threads; 0: all cores", between(0, 4096));
  v.field("device", o.device, "where to compute");
  v.field("log_level", o.log_level, "what goes to stderr");
  v.field("json", o.json, "print the result to stdout as JSON");
  v.field("quiet", o.quiet, "no progress, no log but warnings");
}

/// Threads that computation uses: as asked, or as many as this process may run on.
[[nodiscard]] int64_t thread_count(const CommonOptions& options);
/// Sets LibTorch's threads and seed. Throws Error(kUsage) where the device is not there, or is a GPU.
void apply(const CommonOptions& options);
/// The same for a job that calibrates or trains, which may be on a GPU. Returns where.
[[nodiscard]] at::Device apply_with_device(const CommonOptions& options);

}  // namespace qtool
