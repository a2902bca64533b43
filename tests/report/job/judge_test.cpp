#include "report/job/judge.h"

#include "catch.h"

using namespace qtool;

namespace {

const GateBound kMost = {"max_drop", "drop in top-1 of", " points", 2, true};
const GateBound kLeast = {"min_accuracy", "top-1 of", " %", 1, false};

}  // namespace

TEST_CASE("a value on the right side of its limit passes, and the text says which side") {
  CHECK(judge(kMost, 0.5, 0.4).passed);
  CHECK(judge(kMost, 0.5, 0.4).text == "drop in top-1 of 0.40 points is at most 0.50 points");
  CHECK_FALSE(judge(kMost, 0.5, 0.6).passed);
  CHECK(judge(kMost, 0.5, 0.6).text == "drop in top-1 of 0.60 points is above 0.50 points");
  CHECK(judge(kLeast, 90, 90.5).text == "top-1 of 90.5 % is at least 90.0 %");
  CHECK(judge(kLeast, 90, 89.5).text == "top-1 of 89.5 % is below 90.0 %");
}

TEST_CASE("a value that rounding of its own arithmetic takes over the limit keeps it") {
  CHECK(judge(kMost, 0.3, 0.1 + 0.2).passed);
  CHECK(judge(kLeast, 0.3, 1 - 0.7).passed);
  CHECK_FALSE(judge(kMost, 0.3, 0.3 + 1e-6).passed);
}

TEST_CASE("what was not measured fails") {
  const auto gate = judge(kMost, 0.5, std::nullopt);
  CHECK_FALSE(gate.passed);
  CHECK(gate.text == "drop in top-1 of was not measured (limit 0.50 points)");
}
