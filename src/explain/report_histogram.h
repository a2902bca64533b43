#pragma once
#include <ATen/core/Tensor.h>

#include "calibrate/calibrator.h"
#include "calibrate/histogram.h"
#include "grid/qparams.h"
#include "report/job/report.h"

namespace qtool {

/// The bins that hold something, from the first to the last, joined to at most 64.
[[nodiscard]] ReportHistogram report_histogram(const Histogram& histogram);

/// Of a float32 tensor, any shape, finite.
[[nodiscard]] Histogram histogram_of(const at::Tensor& values);

/// Share of the values outside of the range, to within the bins at its ends.
[[nodiscard]] double clipped_share(const Histogram& histogram, const ValueRange& range);
/// Exactly, of a weight, each channel with its own range.
[[nodiscard]] double clipped_share(const at::Tensor& values, const QParams& qparams);

}  // namespace qtool
