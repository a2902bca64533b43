#include "train/schedule.h"

#include <cmath>
#include <numbers>

namespace qtool {
namespace {

/// From `from` at 0 to `to` at 1 along half a cosine.
double half_cosine(double from, double to, double position) {
  return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * position));
}

}  // namespace

double learning_rate_at(const ScheduleOptions& options, double peak, int64_t step, int64_t steps) {
  constexpr double kOneCycleStart = 1.0 / 25;
  const double rising = std::floor(options.warm_up * double(steps));
  const bool one_cycle = options.kind == ScheduleKind::kOneCycle;
  if (double(step) < rising)
    return one_cycle ? half_cosine(peak * kOneCycleStart, peak, double(step) / rising)
                     : peak * double(step + 1) / rising;
  if (options.kind == ScheduleKind::kConstant) return peak;
  return half_cosine(peak, 0, (double(step) - rising) / (double(steps) - rising));
}

}  // namespace qtool
