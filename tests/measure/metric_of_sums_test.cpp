#include "measure/metric_of_sums.h"

#include "catch.h"

using namespace qtool;

namespace {

/// Of three sums, the first over the third.
class Share : public MetricOfSums {
 public:
  void add(const Answers&) override {}
  void sample(double right, double all) { add_sample({{2, all}, {0, right}}); }
  [[nodiscard]] int64_t samples_seen() const { return seen(); }

 private:
  [[nodiscard]] double value_of(const std::vector<double>& sums) const override {
    return sums.size() < 3 ? -1 : sums[0] / sums[2];
  }
};

}  // namespace

TEST_CASE("the value is of the sums over all samples, not the mean of samples") {
  Share share;
  CHECK(share.value() == -1);
  share.sample(1, 1);
  share.sample(0, 3);
  CHECK(share.value() == 0.25);  // the mean of 1 and 0 is 0.5
  CHECK(share.samples_seen() == 2);
}

TEST_CASE("a replica has each sample as often as it is drawn") {
  Share share;
  for (int i = 0; i < 3; ++i) share.sample(i, 10 * i + 1);
  const auto replicas = share.replicas();
  REQUIRE(replicas.size() == kReplicas);
  for (size_t r = 0; r < kReplicas; ++r) {
    double right = 0, all = 0;
    for (int i = 0; i < 3; ++i) {
      right += i * times_drawn(i)[r];
      all += (10 * i + 1) * times_drawn(i)[r];
    }
    CHECK(replicas[r] == (all > 0 ? Approx(right / all) : Approx(-1)));
  }
}
