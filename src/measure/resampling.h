#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace qtool {

/// How many data sets are drawn from the one that there is, to see what chance does to a metric.
inline constexpr size_t kReplicas = 40;

/// How often each of these data sets has the sample: draws of the Poisson distribution of mean 1, which depend on the
/// sample's number alone, so that two models are judged on the same data sets. A bootstrap in one pass; source:
/// Chamandy, Muralidharan, Najmi, Naidu, "Estimating uncertainty for massive data streams", Google, 2012.
[[nodiscard]] std::array<int, kReplicas> times_drawn(int64_t sample);

/// Standard deviation of what is finite; 0 where there are not two.
[[nodiscard]] double deviation_of(const std::vector<double>& replicas);

}  // namespace qtool
