#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "calibrate/statistics.h"
#include "graph/model.h"
#include "improve/batches.h"
#include "solve/solution.h"

namespace qtool {

/// What an improvement may look at.
struct Evidence {
  /// The float model that layers are held against, one by one: it computes what solution.model would if nothing were
  /// rounded, in the scaling of its tensors. The job's own, or what rows that keep the function have made of it.
  const Model& reference;
  const Statistics& statistics;          ///< of the reference's activations, by the plan's sites
  const Batches& batches;                ///< calibration samples, none of which the judge sees
  const std::vector<std::string>& kept;  ///< names of the rows that were kept so far
  Progress& progress;
};

/// What came of an improvement.
struct Attempt {
  std::optional<Solution> solution = {};  ///< empty: there was nothing to do
  std::string why_not = {};               ///< then, for people: `no layer norm before a linear layer`
  /// Values of the graph that hold something else now, as floats: they are seen afresh, and their grids solved again.
  /// For rows that keep the function.
  std::vector<std::string> moved = {};
};

/// Which jobs take an improvement without being asked for it by name.
enum class Eagerness {
  kAlways,   ///< it costs no more than the pass of calibration
  kFewBits,  ///< it takes longer, and wins where a weight has 4 bits or fewer
  kNever     ///< another row wins more, in more time
};

/// An algorithm that makes a solution better without training: one row of the table in improve.cpp.
struct Improvement {
  std::string_view name = {};
  std::string_view about = {};  ///< one line for people
  Eagerness eagerness = Eagerness::kAlways;
  /// Whether the result's float model computes what it did: then later rows hold their layers against that one.
  bool keeps_function = false;
  /// The tensors of `solution` are not to be changed (Model::clone). Need not be better: that is judged.
  Attempt (*apply)(const Solution& solution, const Evidence& evidence) = nullptr;
};

}  // namespace qtool
