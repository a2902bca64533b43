#pragma once
#include "calibrate/statistics.h"
#include "plan/recipe.h"
#include "solve/solution.h"

namespace qtool {

/// A solution whose damage is looked for.
struct Explained {
  const Solution& solution;
  const Model& reference;  ///< the float model that damage is measured against
  const Recipe& recipe;    ///< that the plan came from
  const Backend& backend;
  const Statistics& statistics;  ///< of the sites' activations
  /// Whether the grids came from training: then other bits or calibrators would mean to train again, and only leaving
  /// layers in float is tried.
  bool is_trained = false;
};

}  // namespace qtool
