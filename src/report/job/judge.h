#pragma once
#include <optional>
#include <string>

#include "report/job/report.h"

namespace qtool {

/// A limit of one kind.
struct GateBound {
  std::string name;  ///< the key
  std::string what;  ///< for people, e.g. `drop in top-1 of`
  std::string unit;  ///< behind the numbers
  int digits;
  bool is_upper;
};

/// Fails where there is no value. A value that comes to the limit to within rounding of its own arithmetic keeps it.
[[nodiscard]] GateResult judge(const GateBound& bound, double limit, std::optional<double> value);

}  // namespace qtool
