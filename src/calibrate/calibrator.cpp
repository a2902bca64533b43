#include "calibrate/calibrator.h"

#include <algorithm>

#include "base/error.h"
#include "calibrate/entropy.h"
#include "calibrate/mse.h"
#include "calibrate/percentile.h"

namespace qtool {
namespace {

ValueRange average_range(const SiteStatistics& statistics) {
  const auto batches = static_cast<double>(statistics.batches);
  return {statistics.sum_of_lows / batches, statistics.sum_of_highs / batches};
}

ValueRange unclamped_range(Calibrator calibrator, const SiteStatistics& statistics,
                           const QuantScheme& scheme) {
  switch (calibrator) {
    case Calibrator::kMinMax:
      return {statistics.low, statistics.high};
    case Calibrator::kMovingAverage:
      return average_range(statistics);
    case Calibrator::kPercentile:
      return percentile_range(statistics);
    case Calibrator::kMse:
      return mse_range(statistics, scheme);
    case Calibrator::kEntropy:
      return entropy_range(statistics, scheme);
  }
  QTOOL_ASSERT(!"every calibrator is listed");
  return {};
}

}  // namespace

ValueRange choose_range(Calibrator calibrator, const SiteStatistics& statistics, const QuantScheme& scheme) {
  QTOOL_ASSERT(statistics.values > 0);
  const auto range = unclamped_range(calibrator, statistics, scheme);
  // Bins reach over the ends of the data; a grid need not.
  return {std::max(range.low, statistics.low), std::min(range.high, statistics.high)};
}

}  // namespace qtool
