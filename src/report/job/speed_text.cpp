#include "report/job/speed_text.h"

#include <algorithm>

#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr double kNoise = 1.02;  ///< what two medians of the same model differ in

/// What the user can do, for the file that the times are of.
std::string advice(const Report& report) {
  const bool is_default = report.targets.empty() || report.targets[0].name == "libtorch";
  return is_default ? "try --target libtorch-onednn or --prefer speed"
                    : "try another --target or --prefer speed";
}

}  // namespace

std::string times_text(double ratio, const char* better, const char* worse) {
  return ratio >= 1 ? fixed(ratio, 1) + " times " + better : fixed(1 / ratio, 1) + " times " + worse;
}

std::string speed_text(const ReportLatency& latency) {
  std::string text = times_text(latency.float_ms / latency.int8_ms, "faster", "slower");
  if (!latency.folded_ms) return text;
  return text + " (" + fixed(*latency.folded_ms / latency.int8_ms, 1) + " than float folded and frozen)";
}

std::string slower_text(const Report& report) {
  const auto& latency = report.timing.latency;
  if (!latency || latency->int8_ms <= 0) return "";
  const double saved = latency->int8_ms / latency->float_ms;
  const double folded = latency->folded_ms ? latency->int8_ms / *latency->folded_ms : 0;
  if (std::max(saved, folded) < kNoise) return "";
  std::string text = "Slower than float: int8 takes " + fixed(saved, 2) + " of its time as saved";
  if (latency->folded_ms) text += ", " + fixed(folded, 2) + " folded and frozen";
  return text + "; " + advice(report) + ".";
}

}  // namespace qtool
