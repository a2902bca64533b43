#pragma once
#include "job/delivery.h"

namespace qtool {

/// Fills in the report's layers, and where there is data its blame list with what to do next. Two stages.
void explain(Report& report, const Outcome& outcome, const QuantizeOptions& options, StageClock& clock,
             Progress& progress);

}  // namespace qtool
