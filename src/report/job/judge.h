#pragma once
#include <optional>

#include "report/job/report.h"

namespace qtool {

/// A limit of one kind.
struct GateBound {
  const char* name;  ///< the key
  const char* what;  ///< for people, e.g. `drop in top-1 of`
  const char* unit;  ///< behind the numbers
  int digits;
  bool is_upper;
};

/// Fails where there is no value. A value that comes to the limit to within rounding of its own arithmetic keeps it.
[[nodiscard]] GateResult judge(const GateBound& bound, double limit, std::optional<double> value);

}  // namespace qtool
