#include "measure/class_counts.h"

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

/// The score of a class is the share of right ones among all its counts.
class Shares : public MeanOfClasses {
 public:
  void add(const Answers&) override {}
  void sample(const std::vector<int64_t>& predicted, const std::vector<int64_t>& targets) {
    add_sample_of(predicted.data(), targets.data(), int64_t(targets.size()));
  }

 private:
  [[nodiscard]] double score_of(const ClassCount& count) const override {
    return count.right / (count.right + count.wrong + count.missed);
  }
};

}  // namespace

TEST_CASE("a class is judged by all samples, and those that are nowhere do not count") {
  Shares shares;
  CHECK(std::isnan(shares.value()));
  shares.sample({0, 0, 5}, {0, 5, 5});
  shares.sample({0}, {0});
  // Class 0: right 2, wrong 1. Class 5: right 1, missed 1. Classes 1 to 4: nowhere.
  CHECK(shares.value() == Approx((2.0 / 3 + 1.0 / 2) / 2 * 100));
}

TEST_CASE("a negative target does not count, whatever is predicted there") {
  Shares shares;
  shares.sample({3, 1}, {-1, 1});
  CHECK(shares.value() == 100);
  Shares none;
  none.sample({3}, {-100});
  CHECK(std::isnan(none.value()));
}
