#include "calibrate/histogram.h"

#include <random>

#include "catch.h"
#include "observed.h"

using namespace qtool;

namespace {

int64_t count_at(const Histogram& histogram, int64_t bin) {
  return histogram.counts()[static_cast<size_t>(bin)];
}

std::vector<float> normal(size_t count, float scale, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw(0, scale);
  std::vector<float> values(count);
  for (auto& value : values) value = draw(random);
  return values;
}

Histogram histogram_of(const std::vector<float>& first, const std::vector<float>& then) {
  HistogramCounter counter;
  add(counter, first);
  add(counter, then);
  return counter.histogram();
}

}  // namespace

TEST_CASE("values fall into bins of the smallest power of two that holds them") {
  const auto histogram = histogram_of(std::vector<float>{0.5F, 1.0F, 3.9F});
  // 3.9 / 2^-10 = 3993.6 lies below 4096; 3.9 / 2^-11 does not.
  CHECK(histogram.width_exponent() == -10);
  CHECK(histogram.first() == 0);
  CHECK(histogram.total() == 3);
  CHECK(count_at(histogram, 512) == 1);
  CHECK(count_at(histogram, 1024) == 1);
  CHECK(count_at(histogram, 3993) == 1);
  CHECK(histogram.center(512) == 512.5 / 1024);
}

TEST_CASE("a value that does not fit doubles the bins") {
  const auto histogram = histogram_of({0.5F, 1.0F, 3.9F}, {4.0F});
  CHECK(histogram.width_exponent() == -9);
  CHECK(count_at(histogram, 256) == 1);
  CHECK(count_at(histogram, 512) == 1);
  CHECK(count_at(histogram, 1996) == 1);
  CHECK(count_at(histogram, 2048) == 1);
}

TEST_CASE("the first negative value opens the lower half") {
  const auto histogram = histogram_of({0.5F, 1.0F, 3.9F}, {-0.25F});
  CHECK(histogram.width_exponent() == -9);
  CHECK(histogram.first() == -2048);
  CHECK(count_at(histogram, 2048 - 128) == 1);
  CHECK(count_at(histogram, 2048 + 256) == 1);
  CHECK(count_at(histogram, 2048 + 1996) == 1);
  CHECK(histogram.center(2048 - 128) == -127.5 / 512);
  CHECK(same(histogram, histogram_of(std::vector<float>{-0.25F, 3.9F, 1.0F, 0.5F})));
}

TEST_CASE("what was counted can be read before more is added") {
  HistogramCounter counter;
  add(counter, std::vector<float>{1, 2});
  CHECK(counter.histogram().total() == 2);
  add(counter, std::vector<float>{3});
  CHECK(same(counter.histogram(), histogram_of(std::vector<float>{1, 2, 3})));
}

TEST_CASE("any order and any split of the data gives the same counts") {
  auto values = normal(5000, 0.01F, 1);
  for (const float wide : normal(50, 300, 2)) values.push_back(wide);
  values.insert(values.end(), 1000, 0.0F);
  const auto whole = histogram_of(values);
  CHECK(whole.total() == 6050);
  std::mt19937 random(3);
  for (const size_t piece : {1UL, 7UL, 1024UL, 1025UL, 6050UL}) {
    std::shuffle(values.begin(), values.end(), random);
    HistogramCounter added;
    Histogram merged;
    for (size_t start = 0; start < values.size(); start += piece) {
      const auto part = std::span(values).subspan(start, std::min(piece, values.size() - start));
      add(added, part);
      merged.merge(histogram_of(part));
    }
    INFO("pieces of " << piece);
    CHECK(same(added.histogram(), whole));
    CHECK(same(merged, whole));
  }
}

TEST_CASE("merging does not depend on which comes first") {
  const auto positive = histogram_of(std::vector<float>{1, 2, 3});
  const auto negative = histogram_of(std::vector<float>{-700, -0.5F});
  auto a = positive, b = negative;
  a.merge(negative);
  b.merge(positive);
  CHECK(same(a, b));
  CHECK(a.total() == 5);
  a.merge(Histogram());
  CHECK(same(a, b));
}

TEST_CASE("zeros, the smallest and the largest floats have their bins") {
  const auto zeros = histogram_of(std::vector<float>{0.0F, -0.0F, 0.0F});
  CHECK(zeros.width_exponent() == -126);
  CHECK(count_at(zeros, 0) == 3);
  const auto denormal = histogram_of(std::vector<float>{1e-44F});
  CHECK(count_at(denormal, 0) == 1);
  const auto huge = histogram_of(std::vector<float>{-3e38F, 0.0F, 3e38F});
  // 3e38 / 2^117 = 1805.6
  CHECK(huge.width_exponent() == 117);
  CHECK(count_at(huge, 2048 - 1806) == 1);
  CHECK(count_at(huge, 2048) == 1);
  CHECK(count_at(huge, 2048 + 1805) == 1);
  auto merged = zeros;
  merged.merge(huge);
  CHECK(count_at(merged, 2048) == 4);
}

TEST_CASE("nothing added is empty") {
  HistogramCounter counter;
  counter.add({}, 0, 0);
  const auto histogram = counter.histogram();
  CHECK(histogram.empty());
  CHECK(histogram.counts().empty());
}

TEST_CASE("a restored histogram goes on as if it had never been stored") {
  const auto values = normal(1000, 1, 4), more = normal(1000, 9, 5);
  auto original = histogram_of(values);
  auto restored =
      Histogram::restore(original.width_exponent(), original.first(),
                         std::vector<int64_t>(original.counts().begin(), original.counts().end()));
  CHECK(same(original, restored));
  original.merge(histogram_of(more));
  restored.merge(histogram_of(more));
  CHECK(same(original, restored));
}
