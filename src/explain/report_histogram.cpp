#include "explain/report_histogram.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <span>

#include "calibrate/bounds.h"
#include "calibrate/histogram_counter.h"
#include "grid/affine.h"

namespace qtool {
namespace {

constexpr size_t kMostBins = 64;

}  // namespace

ReportHistogram report_histogram(const Histogram& histogram) {
  const auto counts = histogram.counts();
  const auto used = [](int64_t count) { return count != 0; };
  const auto begin = std::find_if(counts.begin(), counts.end(), used);
  const auto end = std::find_if(counts.rbegin(), std::make_reverse_iterator(begin), used).base();
  const auto first = static_cast<size_t>(begin - counts.begin()),
             last = static_cast<size_t>(end - counts.begin());
  const size_t joined = std::max<size_t>((last - first + kMostBins - 1) / kMostBins, 1);
  const double low = histogram.width() * static_cast<double>(histogram.first() + static_cast<int64_t>(first));
  ReportHistogram result{.low = low, .width = histogram.width() * static_cast<double>(joined)};
  for (size_t i = first; i < last; ++i) {
    if ((i - first) % joined == 0) result.counts.push_back(0);
    result.counts.back() += counts[i];
  }
  return result;
}

Histogram histogram_of(const at::Tensor& values) {
  HistogramCounter counter;
  const auto flat = values.contiguous();
  const std::span all(flat.data_ptr<float>(), static_cast<size_t>(flat.numel()));
  const auto bounds = bounds_of(all);
  counter.add(all, bounds.low, bounds.high);
  return counter.histogram();
}

double clipped_share(const Histogram& histogram, const ValueRange& range) {
  int64_t clipped = 0;
  for (int64_t bin = 0; bin < Histogram::kBins; ++bin) {
    const double center = histogram.center(bin);
    if (center < range.low - histogram.width() / 2 || center > range.high + histogram.width() / 2)
      clipped += histogram.counts()[static_cast<size_t>(bin)];
  }
  return static_cast<double>(clipped) / static_cast<double>(histogram.total());
}

double clipped_share(const at::Tensor& values, const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  const auto steps = quantize(values, qparams);
  // What rounding alone does is off by at most half a step; a little more is float32's own.
  const auto off = (dequantize(steps, qparams) - values).abs();
  const auto is_end = (steps == scheme.qmin()).logical_or(steps == scheme.qmax());
  auto half_step = dequantize(at::zeros_like(steps) + 1, qparams).abs() * 0.501;
  return is_end.logical_and(off > half_step).to(at::kDouble).mean().item<double>();
}

}  // namespace qtool
