#include "data/set_inputs.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include "catch.h"

using namespace qtool;

TEST_CASE("numbers stand where the model takes them, once for each sample") {
  const SetInputs set({{"gain", 0.5}, {"rate", 16000}}, {{"rate", "x", "gain", "y"}}, "data.npz");
  CHECK(set.others() == ReaderInputs{{"x", "y"}});
  const auto x = at::ones({2, 3}), y = at::ones({2});
  std::vector<at::Tensor> inputs = {x, y};
  set.add_to(inputs, 2);
  REQUIRE(inputs.size() == 4);
  CHECK(inputs[0].equal(at::full({2}, 16000, at::kLong)));
  CHECK(inputs[1].equal(x));
  CHECK(inputs[2].equal(at::full({2}, 0.5, at::kFloat)));
  CHECK(inputs[3].equal(y));
  std::vector<std::string> names = {"x", "y"}, none;
  set.add_to(names);
  set.add_to(none);
  CHECK(names == std::vector<std::string>{"rate", "x", "gain", "y"});
  CHECK(none.empty());
}

TEST_CASE("a name that is no input is refused, and one that stands elsewhere in another model") {
  CHECK_THROWS_WITH(SetInputs({{"sr", 1}}, {{"x", "rate"}}, "a.npy"), contains("one of x, rate"));
  CHECK_THROWS_WITH(SetInputs({{"sr", 1}}, {{"x", "sr"}, {"sr", "x"}}, "a.npy"),
                    contains("different places"));
}
