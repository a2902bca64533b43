#include "report/batch/pareto.h"

#include <algorithm>
#include <numeric>

namespace qtool {

std::vector<size_t> pareto_front(const std::vector<ParetoPoint>& points) {
  std::vector<size_t> order(points.size()), front;
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return points[a].cost != points[b].cost ? points[a].cost < points[b].cost
                                            : points[a].merit > points[b].merit;
  });
  for (const size_t i : order)
    if (front.empty() || points[i].merit > points[front.back()].merit) front.push_back(i);
  return front;
}

}  // namespace qtool
