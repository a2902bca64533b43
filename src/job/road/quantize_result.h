#pragma once
#include <string>

#include "report/job/report.h"

namespace qtool {

/// What ptq and qat leave.
struct QuantizeResult {
  Report report;
  std::string directory = {};  ///< where the files are
  bool gates_passed = true;    ///< also where there are none
};

}  // namespace qtool
