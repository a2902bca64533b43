#pragma once
#include <cstdint>
#include <vector>

namespace qtool {

/// What a change of the model cost in accuracy, on the same samples. Fractions; positive: it got worse.
struct AccuracyDrop {
  int64_t samples = 0;
  int64_t lost = 0;    ///< right before, wrong after
  int64_t gained = 0;  ///< wrong before, right after
  double drop = 0;     ///< (lost - gained) / samples
  double low = 0;      ///< 95 % confidence interval of the drop
  double high = 0;
};

/// The samples are paired, so only those whose answer changed carry variance: far narrower than the interval
/// of two independent accuracies. With b lost, c gained and n samples the standard error is
/// sqrt((b + c) - (b - c)^2 / n) / n; each of the four cells is raised by 1/2 first, so that few or no
/// changes do not give an interval of no width, and the bounds are cut to [-1, 1]. Source: Agresti, Min,
/// "Simple improved confidence intervals for comparing matched proportions", Statistics in Medicine 24 (2005)
/// 729-740.
[[nodiscard]] AccuracyDrop accuracy_drop(int64_t samples, int64_t lost, int64_t gained);
/// Both of the same length, one entry for each sample.
[[nodiscard]] AccuracyDrop accuracy_drop(const std::vector<bool>& before, const std::vector<bool>& after);

}  // namespace qtool
