#include "job/road/speed.h"

#include <algorithm>

#include "catch.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("both models are timed on one batch of the test split, and their operators told apart") {
  auto slow = build({"return torch.linear(x, w)", {{"w", {5, 4}}}}),
       fast = build({"return torch.relu(x)", {}});
  JobData data("random:4,samples=10");
  Progress progress;
  const auto speed = compare_speed(slow, fast, data, progress);
  CHECK(speed.batch == 10);
  CHECK(speed.float_ms > 0);
  CHECK(speed.int8_ms > 0);
  const auto has = [](const std::vector<ReportOperatorTime>& times, const std::string& name) {
    return std::any_of(times.begin(), times.end(), [&](const auto& time) { return time.name == name; });
  };
  CHECK(has(speed.float_operators, "aten::linear"));
  CHECK(has(speed.int8_operators, "aten::relu"));
  CHECK_FALSE(has(speed.int8_operators, "aten::linear"));
}
