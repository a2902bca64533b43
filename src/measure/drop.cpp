#include "measure/drop.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qtool {

AccuracyDrop accuracy_drop(int64_t samples, int64_t lost, int64_t gained) {
  QTOOL_ASSERT(samples > 0 && lost >= 0 && gained >= 0 && lost + gained <= samples);
  constexpr double kNormal975 = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const double n = double(samples) + 2, b = double(lost) + 0.5, c = double(gained) + 0.5;
  const double centre = (b - c) / n;
  const double half_width = kNormal975 * std::sqrt((b + c) - (b - c) * (b - c) / n) / n;
  return {.samples = samples,
          .lost = lost,
          .gained = gained,
          .drop = double(lost - gained) / double(samples),
          .low = std::max(-1.0, centre - half_width),
          .high = std::min(1.0, centre + half_width)};
}

AccuracyDrop accuracy_drop(const std::vector<bool>& before, const std::vector<bool>& after) {
  QTOOL_ASSERT(before.size() == after.size());
  int64_t lost = 0, gained = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    lost += before[i] && !after[i];
    gained += !before[i] && after[i];
  }
  return accuracy_drop(int64_t(before.size()), lost, gained);
}

}  // namespace qtool
