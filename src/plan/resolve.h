#pragma once
#include <string>

#include "plan/match.h"
#include "plan/plan.h"
#include "plan/recipe.h"

namespace qtool {

/// The recipe as it holds for one operator, with the rules applied.
struct Resolved {
  Mode mode = Mode::kStatic;
  int64_t weight_bits = 8, activation_bits = 8;
  bool activation_bits_by_rule = false;  ///< a rule for some of the operators asks for these bits
  Granularity weight_granularity = Granularity::kPerChannel;
  int64_t group_size = 0;
  std::string groups_asked_by =
      {};  ///< the place of a rule that has the operator's own name, and a group size
  Symmetry activation_symmetry = Symmetry::kAffine;
  Calibrator calibrator = Calibrator::kMse;
  std::string skipped_by;  ///< why the recipe leaves it in float; empty: it does not
};

[[nodiscard]] Resolved resolve(const Recipe& recipe, const Matchable& candidate);

/// Throws Error(kUsage) where a pattern of the recipe matches none of the operators.
void check_patterns(const Recipe& recipe, const std::vector<Matchable>& candidates);

}  // namespace qtool
