#include "job/road/speed.h"

#include <algorithm>

#include "catch.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("float and files are timed on one batch of the test split, and operators told apart") {
  auto slow = build({"return torch.linear(x, w)", {{"w", {5, 4}}}}),
       fast = build({"return torch.relu(x)", {}});
  JobData data("random:4,samples=10");
  Progress progress;
  const auto rung = [](const char* name, Model& model) {
    return LadderRung{name, {"x"}, [&model](const auto& inputs) { return model.forward_as_client(inputs); }};
  };
  const auto measured = compare_speed(rung("float", slow), rung("folded", slow),
                                      {rung("other", slow), rung("int8", fast)}, data, progress);
  REQUIRE(measured.files_ms.size() == 2);
  CHECK(measured.files_ms[0].first == "other");
  CHECK(measured.files_ms[0].second > 0);
  REQUIRE(measured.latency);
  const auto& speed = *measured.latency;
  CHECK(speed.batch == 10);
  CHECK(speed.float_ms > 0);
  CHECK(speed.folded_ms > 0);
  CHECK(speed.int8_ms > 0);
  const auto has = [](const std::vector<ReportOperatorTime>& times, const std::string& name) {
    return std::any_of(times.begin(), times.end(), [&](const auto& time) { return time.name == name; });
  };
  CHECK(has(speed.float_operators, "aten::linear"));
  CHECK(has(speed.int8_operators, "aten::relu"));
  CHECK_FALSE(has(speed.int8_operators, "aten::linear"));
}

TEST_CASE("without a file that gates speak of there is no latency but that of the others") {
  auto model = build({"return torch.relu(x)", {}});
  JobData data("random:4,samples=10");
  Progress progress;
  const LadderRung rung{"other", {"x"}, [&](const auto& inputs) { return model.forward(inputs); }};
  const auto times = compare_speed(rung, rung, {rung}, data, progress);
  CHECK_FALSE(times.latency);
  CHECK(times.files_ms.size() == 1);
}
