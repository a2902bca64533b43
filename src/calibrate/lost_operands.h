#pragma once
#include <vector>

#include "calibrate/statistics.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace qtool {

/// Operators that must stay float, and why: on a grid that several tensors share, one of these would have less than
/// 1/16 of the grid's steps (16 of 256) for its own range, and be told apart no more. `calibrated` is the plan with
/// which the statistics were gathered.
///
/// Measured, steps of 256 that the smallest operand has. Trained networks on photographs: YOLOv8n's boxes in pixels
/// with scores 0.7, its next cat 58, its others from 100, its adds from 54; PP-OCR's detector and reader: cats from 60,
/// adds from
/// 65. It stands between 1 and 50.
[[nodiscard]] KeptFloat lost_operands(const QuantPlan& plan, const std::vector<QParams>& qparams,
                                      const QuantPlan& calibrated, const Statistics& statistics);

}  // namespace qtool
