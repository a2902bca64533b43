#include "train/optimizer_slots.h"

#include <ATen/ops/zeros.h>

#include "gradient_sample.h"  // brings LibTorch's own CHECK macro, which must not come after Catch2's

#include "catch.h"

using namespace qtool;

TEST_CASE("slots are zero, laid out and named as their parameters") {
  const std::vector<NamedTensor> parameters{
      {"conv.weight", at::zeros({2, 3, 4, 5}).fill_(1).contiguous(at::MemoryFormat::ChannelsLast)}};
  const auto slots = zeros_for(parameters);
  CHECK(slots[0].strides() == parameters[0].tensor.strides());
  CHECK(slots[0].equal(at::zeros({2, 3, 4, 5})));
  std::vector<NamedTensor> state;
  append_slots("velocity", parameters, slots, state);
  CHECK(state[0].name == "optimizer/velocity/conv.weight");
}

TEST_CASE("weights are decayed, biases are not, and what has no gradient takes no part") {
  auto parameters = parameters_with_gradients();
  parameters.push_back({"unused", at::zeros({2, 2})});
  const auto slots = zeros_for(parameters);
  const Selection decayed = select(parameters, true, slots, {}),
                  others = select(parameters, false, slots, slots);
  REQUIRE(decayed.parameters.size() == 1);
  CHECK(decayed.parameters[0].is_same(parameters[0].tensor));
  CHECK(decayed.second.empty());
  REQUIRE(others.parameters.size() == 1);
  CHECK(others.gradients[0].is_same(parameters[1].tensor.grad()));
  CHECK(others.second[0].is_same(slots[1]));
}
