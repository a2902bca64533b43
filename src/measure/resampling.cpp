#include "measure/resampling.h"

#include <cmath>

#include "data/rng.h"

namespace qtool {
namespace {

constexpr uint64_t kStream = 0xb007;  // keeps its numbers apart from others of the same sample

/// By inversion of the distribution function.
int poisson_of_mean_one(double uniform) {
  double term = std::exp(-1.0), below = term;
  int count = 0;
  while (uniform > below && count < 12) {
    term /= ++count;
    below += term;
  }
  return count;
}

}  // namespace

std::array<int, kReplicas> times_drawn(int64_t sample) {
  Rng rng({uint64_t(sample), kStream});
  std::array<int, kReplicas> times{};
  for (int& count : times) count = poisson_of_mean_one(rng.uniform());
  return times;
}

double deviation_of(const std::vector<double>& replicas) {
  double count = 0, sum = 0, squares = 0;
  for (const double value : replicas)
    if (std::isfinite(value)) count += 1, sum += value;
  if (count < 2) return 0;
  for (const double value : replicas)
    if (std::isfinite(value)) squares += (value - sum / count) * (value - sum / count);
  return std::sqrt(squares / (count - 1));
}

}  // namespace qtool
