#pragma once
#include <string>

#include "base/names.h"

namespace qtool {

enum class Better { kHigher, kLower };
template <>
struct Names<Better> {
  static constexpr const char* kind = "direction of a metric";
  static constexpr NamedValue<Better> table[] = {{Better::kHigher, "higher", "a higher value is better"},
                                                 {Better::kLower, "lower", "a lower value is better"}};
};

/// What a metric holds a model's outputs against.
enum class Against { kLabels, kTargets, kReference };
template <>
struct Names<Against> {
  static constexpr const char* kind = "what a metric compares with";
  static constexpr NamedValue<Against> table[] = {
      {Against::kLabels, "labels", "class numbers: the first target is int64 [N]"},
      {Against::kTargets, "targets", "targets of any shape and type"},
      {Against::kReference, "reference", "the outputs of another model"}};
};

/// What a metric says of itself; tables, gates, charts and reports know no more of it.
struct MetricInfo {
  std::string name = {};   ///< the key, e.g. `top1`
  std::string title = {};  ///< for people, e.g. `top-1`
  std::string unit = {};   ///< of its values, e.g. `%`, `dB`; empty: they are numbers without one
  Better better = Better::kHigher;
  Against against = Against::kTargets;
  /// How much worse `after` is than `before`.
  [[nodiscard]] double loss(double before, double after) const {
    return better == Better::kHigher ? before - after : after - before;
  }
};

}  // namespace qtool
