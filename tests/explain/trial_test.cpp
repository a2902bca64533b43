#include "explain/trial.h"

#include <limits>

#include "catch.h"
#include "small_net.h"

using namespace qtool;

namespace {

constexpr double kEqual = std::numeric_limits<double>::infinity();

Agreement agreement(double sqnr_db, std::optional<int64_t> same_of_4 = {}) {
  Agreement result;
  result.samples = 4;
  result.same_top1 = same_of_4;
  result.sqnr_db = sqnr_db;
  return result;
}

}  // namespace

TEST_CASE("a model that answers as the reference does is equal to it") {
  auto model = build(small_classifier());
  const Trial trial(model, {noise({4, 3, 7, 7}, 1)});
  CHECK(trial.samples() == 4);
  const auto same = trial.run(model);
  CHECK(same.sqnr_db == kEqual);
  CHECK(same.same() == 1);
}

TEST_CASE("an answer that is twice as large has an error as large as the reference") {
  const auto reference = build({"return torch.linear(x, w)", {{"w", {5, 4}}}});
  auto twice = build({"return torch.linear(x, w) * 2", {{"w", {5, 4}}}});
  const auto found = Trial(reference, {noise({4, 4}, 1)}).run(twice);
  CHECK(found.sqnr_db == Approx(0).margin(1e-5));
  CHECK(found.same() == 1);
}

TEST_CASE("a gain is the difference, and none where it is unknown") {
  const auto gain = gain_of(agreement(30, 3), agreement(20, 1));
  CHECK(gain.sqnr_db == 10);
  CHECK(gain.agreement == 0.5);
  CHECK(gain_of(agreement(kEqual), agreement(kEqual)).sqnr_db == 0);
  CHECK(gain_of(agreement(kEqual), agreement(20)).sqnr_db == kEqual);
  CHECK(gain_of(agreement(std::nan("")), agreement(20)).sqnr_db == 0);
  CHECK_FALSE(gain_of(agreement(30, 3), agreement(20)).agreement);
}
