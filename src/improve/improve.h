#pragma once
#include <span>
#include <string_view>

#include "calibrate/statistics.h"
#include "solve/solution.h"

namespace qtool {

/// An algorithm that makes a solution better without training: one row of the table in improve.cpp.
struct Improvement {
  std::string_view name;
  Solution (*apply)(Solution solution, const Statistics& statistics);
};

/// Those that there are, in the order in which they are applied.
[[nodiscard]] std::span<const Improvement> improvements();

/// The solution after each row of `table`, in its order. `statistics` are those of the activations that it was solved
/// from.
[[nodiscard]] Solution improve(Solution solution, const Statistics& statistics,
                               std::span<const Improvement> table = improvements());

}  // namespace qtool
