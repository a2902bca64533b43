#include "calibrate/percentile.h"
#include "catch.h"

using namespace qtool;

namespace {

/// Bins of width 1/4 with these counts.
SiteStatistics counted(int64_t first, const std::vector<std::pair<int64_t, int64_t>>& bins, double low,
                       double high) {
  std::vector<int64_t> counts(Histogram::kBins, 0);
  for (const auto& [bin, count] : bins) counts[static_cast<size_t>(bin - first)] = count;
  SiteStatistics statistics;
  statistics.low = low;
  statistics.high = high;
  statistics.histogram = Histogram::restore(-2, first, counts);
  statistics.values = statistics.histogram.total();
  return statistics;
}

}  // namespace

TEST_CASE("0.001 % are left out above where nothing lies below zero") {
  // Of 300,000 values three may go: the two in bin 4000 and the one in bin 3000.
  const auto range = percentile_range(counted(0, {{100, 299997}, {3000, 1}, {4000, 2}}, 25.1, 1000.2));
  CHECK(range.high == 101 * 0.25);
  CHECK(range.low == 25.1);
}

TEST_CASE("one value too many, and it stays") {
  const auto range = percentile_range(counted(0, {{100, 299996}, {3000, 2}, {4000, 2}}, 25.1, 1000.2));
  CHECK(range.high == 3001 * 0.25);
}

TEST_CASE("each side gives half of it where there are two") {
  // Of 400,000 values two may go at each end.
  const auto statistics =
      counted(-2048, {{-2000, 2}, {-10, 200000}, {20, 199994}, {1000, 3}, {2000, 1}}, -499.9, 500.1);
  const auto range = percentile_range(statistics);
  CHECK(range.low == -10 * 0.25);
  CHECK(range.high == 1001 * 0.25);
}

TEST_CASE("a few values keep their whole range") {
  const auto range = percentile_range(counted(0, {{1, 10}, {4000, 1}}, 0.3, 1000.1));
  CHECK(range.high == 4001 * 0.25);
}
