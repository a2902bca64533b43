#include "measure/operator_times.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>

#include <algorithm>

#include "catch.h"

using namespace qtool;

TEST_CASE("outermost operators are counted, inner ones are not") {
  const at::Tensor x = at::ones({1, 1, 8, 8}), weight = at::ones({1, 1, 3, 3});
  const OperatorTimes times = time_operators(
      [&] {
        const at::Tensor y = at::relu(at::conv2d(x, weight));  // conv2d calls convolution and others
        (void)at::relu(y);
      },
      5);
  REQUIRE(times.entries.size() == 2);
  const auto find = [&](const std::string& name) {
    return *std::find_if(times.entries.begin(), times.entries.end(),
                         [&](const OperatorTime& entry) { return entry.name == name; });
  };
  CHECK(find("aten::conv2d").calls == 5);
  CHECK(find("aten::relu").calls == 10);
  CHECK(times.entries[0].total_ms >= times.entries[1].total_ms);
  CHECK(times.entries[0].share + times.entries[1].share <= 1);
}

TEST_CASE("nothing is recorded afterwards, nor where nothing runs") {
  CHECK(time_operators([] {}, 3).entries.empty());
  (void)at::ones({2});  // would crash if the callbacks were still there
}

TEST_CASE("an exception ends the recording") {
  CHECK_THROWS(time_operators([] { throw 1; }, 1));
  (void)at::ones({2});
  CHECK(time_operators([] { (void)at::ones({2}); }, 1).entries.size() == 1);
}
