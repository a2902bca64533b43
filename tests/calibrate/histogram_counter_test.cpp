#include "calibrate/histogram_counter.h"

#include <numeric>
#include <vector>

#include "catch.h"
#include "observed.h"

using namespace qtool;

namespace {

int64_t count_around(const Histogram& histogram, double value) {
  for (int64_t bin = 0; bin < Histogram::kBins; ++bin)
    if (std::abs(histogram.center(bin) - value) <= histogram.width() / 2)
      return histogram.counts()[static_cast<size_t>(bin)];
  return 0;
}

}  // namespace

TEST_CASE("each value is counted once, zeros among others") {
  std::vector<float> values(3000, 0.0F);
  values.insert(values.end(), 7, -1.5F);
  values.insert(values.end(), 5, 2.25F);
  const auto histogram = histogram_of(values);
  CHECK(histogram.total() == 3012);
  CHECK(count_around(histogram, -1.5 + histogram.width() / 2) == 7);
  CHECK(count_around(histogram, 2.25 + histogram.width() / 2) == 5);
  CHECK(count_around(histogram, histogram.width() / 2) == 3000);
}

TEST_CASE("values in pieces are counted as in one") {
  std::vector<float> values(5000);
  std::iota(values.begin(), values.end(), -1000.0F);
  HistogramCounter pieces;
  for (size_t start = 0; start < values.size(); start += 700)
    add(pieces, std::span(values).subspan(start, std::min<size_t>(700, values.size() - start)));
  CHECK(same(pieces.histogram(), histogram_of(values)));
}

TEST_CASE("a histogram may be looked at between, and nothing is nothing") {
  HistogramCounter counter;
  CHECK(counter.histogram().empty());
  counter.add({}, 0, 0);
  CHECK(counter.histogram().empty());
  add(counter, std::vector<float>{1, 2});
  CHECK(counter.histogram().total() == 2);
  add(counter, std::vector<float>{100});
  CHECK(counter.histogram().total() == 3);
}
