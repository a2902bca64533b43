#include "measure/resampling.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "catch.h"

using namespace qtool;

TEST_CASE("replicas have each sample once on the average, and the same ones each time") {
  double sum = 0, squares = 0;
  constexpr int64_t kSamples = 2000;
  for (int64_t sample = 0; sample < kSamples; ++sample) {
    const auto times = times_drawn(sample);
    CHECK(times == times_drawn(sample));
    for (const int count : times) sum += count, squares += (count - 1) * (count - 1);
  }
  const double draws = double(kSamples) * double(kReplicas);
  CHECK(sum / draws == Approx(1).margin(0.02));
  CHECK(squares / draws == Approx(1).margin(0.03));
}

TEST_CASE("the deviation is over what is finite") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(deviation_of({1, nan, 3}) == Approx(std::sqrt(2.0)));
  CHECK(deviation_of({1, nan}) == 0);
}
