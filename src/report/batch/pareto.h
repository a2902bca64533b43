#pragma once
#include <cstddef>
#include <vector>

namespace qtool {

/// A job as a point: what it costs (milliseconds, bytes), and how good it is: more is better.
struct ParetoPoint {
  double cost = 0;
  double merit = 0;
};

/// Places of the points that no other one beats: none costs less or the same at a higher merit, or less at the same.
/// By cost; of equal points the first.
[[nodiscard]] std::vector<size_t> pareto_front(const std::vector<ParetoPoint>& points);

}  // namespace qtool
