#include "improve/improve.h"

namespace qtool {

std::span<const Improvement> improvements() { return {}; }

Solution improve(Solution solution, const Statistics& statistics, std::span<const Improvement> table) {
  for (const auto& improvement : table) solution = improvement.apply(std::move(solution), statistics);
  return solution;
}

}  // namespace qtool
