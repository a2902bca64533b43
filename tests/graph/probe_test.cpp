#include "graph/probe.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>

#include <stdexcept>

#include "base/error.h"
#include "catch.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "graphs.h"

using namespace qtool;

namespace {

struct SeenValue {
  size_t index;
  at::Tensor value;
};

/// x + 1, then doubled three times in a loop, then negated.
Model steps() {
  ModuleBuilder net("Net");
  net.define(
      "def forward(self, x):\n"
      "  y = x + 1\n"
      "  for i in range(int(x.size(0))):\n    y = y * 2\n"
      "  return torch.neg(y)");
  return canonicalise(net.build());
}

std::vector<SeenValue> record(Probe& probe, const std::vector<at::Tensor>& inputs) {
  std::vector<SeenValue> seen;
  probe.run(inputs, [&](size_t index, const at::Tensor& value) { seen.push_back({index, value.clone()}); });
  return seen;
}

}  // namespace

TEST_CASE("a probe sees values as they are computed, in a loop each time round") {
  const auto model = steps();
  Probe probe(model, {"neg", "mul", "add", view(model).inputs[0]});
  const auto seen = record(probe, {at::tensor({0.0f, 1.0f})});
  REQUIRE(seen.size() == 5);
  CHECK(seen[0].index == 3);
  CHECK(at::allclose(seen[0].value, at::tensor({0.0f, 1.0f})));
  CHECK(seen[1].index == 2);
  CHECK(at::allclose(seen[1].value, at::tensor({1.0f, 2.0f})));
  CHECK(seen[2].index == 1);
  CHECK(at::allclose(seen[2].value, at::tensor({2.0f, 4.0f})));
  CHECK(seen[3].index == 1);
  CHECK(at::allclose(seen[3].value, at::tensor({4.0f, 8.0f})));
  CHECK(seen[4].index == 0);
  CHECK(at::allclose(seen[4].value, at::tensor({-4.0f, -8.0f})));
}

TEST_CASE("a loop that is not entered shows nothing, and the result is the model's") {
  Probe probe(steps(), {"mul"});
  const auto none = probe.run({at::tensor(std::vector<float>{})}, [](size_t, const at::Tensor&) { FAIL(); });
  CHECK(none.at(0).numel() == 0);
  const auto some = probe.run({at::tensor({3.0f})}, [](size_t, const at::Tensor&) {});
  CHECK(some.at(0).item<float>() == -8.0f);
}

TEST_CASE("what the sink throws passes through as it is, and a later run works") {
  Probe probe(steps(), {"add"});
  const auto fail = [](size_t, const at::Tensor&) {
    throw Error(ErrorKind::kInterrupted, {.what = "enough"});
  };
  const std::vector<at::Tensor> inputs{at::tensor({1.0f})};
  try {
    probe.run(inputs, fail);
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kInterrupted);
    CHECK(error.complaint().what == "enough");
  }
  CHECK_THROWS_AS(probe.run(inputs, [](size_t, const at::Tensor&) { throw std::logic_error("no"); }),
                  std::logic_error);
  CHECK(record(probe, inputs).size() == 1);
}

TEST_CASE("inputs that the model refuses are an error of the probe, too") {
  Probe probe(steps(), {"add"});
  CHECK_THROWS_AS(record(probe, {}), Error);
  CHECK(record(probe, {at::tensor({1.0f})}).size() == 1);
}
