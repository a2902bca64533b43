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

TEST_CASE("parameters are grouped by weight decay and by rate factor") {
  auto parameters = parameters_with_gradients();
  parameters.push_back({"other.weight", at::zeros({2, 2})});
  parameters.push_back({"scale", at::zeros({})});
  const auto plain = group_parameters(parameters, {});
  REQUIRE(plain.size() == 2);
  CHECK(plain[0].decayed);
  CHECK(plain[0].members == std::vector<size_t>{0, 2});
  CHECK_FALSE(plain[1].decayed);
  CHECK(plain[1].members == std::vector<size_t>{1, 3});
  const auto own_rate =
      group_parameters(parameters, [](const std::string& name) { return name == "scale" ? 0.1 : 1.0; });
  REQUIRE(own_rate.size() == 3);
  CHECK(own_rate[2].members == std::vector<size_t>{3});
  CHECK(own_rate[2].rate_factor == 0.1);
}

TEST_CASE("what has no gradient takes no part") {
  auto parameters = parameters_with_gradients();
  parameters.push_back({"unused", at::zeros({2, 2})});
  const auto slots = zeros_for(parameters);
  const Selection first = select(parameters, {0, 2}, slots, {}),
                  second = select(parameters, {1}, slots, slots);
  REQUIRE(first.parameters.size() == 1);
  CHECK(first.parameters[0].is_same(parameters[0].tensor));
  CHECK(first.second.empty());
  REQUIRE(second.parameters.size() == 1);
  CHECK(second.gradients[0].is_same(parameters[1].tensor.grad()));
  CHECK(second.second[0].is_same(slots[1]));
}
