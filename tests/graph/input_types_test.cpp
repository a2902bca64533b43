#include "graph/input_types.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "catch.h"

using namespace qtool;

namespace {

using Types = std::vector<at::ScalarType>;

const at::Tensor kFloats = at::ones({2, 3}), kNumbers = at::zeros({2}, at::kLong);

/// A model that takes these types alone, and gives what the first input is.
TrialRun takes(const Types& types) {
  return [types](const std::vector<at::Tensor>& inputs) -> std::optional<Types> {
    if (types_of(inputs) != types) return std::nullopt;
    return Types{types[0]};
  };
}

}  // namespace

TEST_CASE("a model of one type takes it, and whole numbers as they are") {
  CHECK(types_taken({kFloats, kNumbers}, {at::kHalf}, takes({at::kHalf, at::kLong})) ==
        Types{at::kHalf, at::kLong});
}

TEST_CASE("float32 is tried where its own type fails, and mixtures behind") {
  CHECK(types_taken({kFloats}, {at::kDouble}, takes({at::kFloat})) == Types{at::kFloat});
  const Types mixed = {at::kBFloat16, at::kFloat, at::kHalf};
  CHECK(types_taken({kFloats, kFloats, kFloats}, {at::kHalf, at::kBFloat16}, takes(mixed)) == mixed);
  CHECK_FALSE(types_taken({kFloats}, {at::kHalf}, takes({at::kBFloat16})));
}

TEST_CASE("an input that the model casts itself is float32, one that decides what comes out is not") {
  const TrialRun casts = [](const auto&) { return Types{at::kDouble}; };
  CHECK(types_taken({kFloats}, {at::kDouble}, casts) == Types{at::kFloat});
  const TrialRun follows = [](const auto& inputs) { return Types{inputs[0].scalar_type()}; };
  CHECK(types_taken({kFloats, kFloats}, {at::kHalf}, follows) == Types{at::kHalf, at::kFloat});
}

TEST_CASE("many inputs are not tried for ever") {
  int runs = 0;
  const TrialRun never = [&](const auto&) -> std::optional<Types> { return ++runs, std::nullopt; };
  CHECK_FALSE(types_taken(std::vector<at::Tensor>(40, kFloats), {at::kHalf}, never));
  CHECK(runs <= 64);
}

TEST_CASE("floats alone change their type") {
  const auto typed = as_types({kFloats, kNumbers}, {at::kHalf, at::kHalf});
  CHECK(types_of(typed) == Types{at::kHalf, at::kLong});
  CHECK(types_of(as_types({kFloats}, {at::kLong})) == Types{at::kFloat});
}
