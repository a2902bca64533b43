#include "improve/judge.h"

#include <ATen/TensorOperators.h>

#include "catch.h"
#include "improve/one_convolution.h"
#include "measure/similarity.h"
#include "simulate/simulate.h"

using namespace qtool;

TEST_CASE("the judge holds the simulation of all held-out batches against the float model") {
  const auto solution = prepare(build(kOneConvolution), noise(kOneConvolution.input, 5));
  const std::vector<std::vector<at::Tensor>> held_out = {{noise(kOneConvolution.input, 6)},
                                                         {noise(kOneConvolution.input, 7)}};
  Similarity expected;
  for (const auto& batch : held_out)
    expected.add(solution.model.shared().forward(batch)[0], simulate(solution).forward(batch)[0]);
  CHECK(Judge(solution.model, held_out).sqnr_db(solution) == expected.sqnr_db());
  CHECK(expected.sqnr_db() > 15);
}

TEST_CASE("a coarser grid is judged worse, by 6 dB for a bit") {
  const auto db = [](int64_t bits) {
    Recipe recipe;
    recipe.activation_bits = bits;
    const auto solution = prepare(build(kOneConvolution), noise(kOneConvolution.input, 5), recipe);
    return Judge(solution.model, {{noise(kOneConvolution.input, 6)}}).sqnr_db(solution);
  };
  CHECK(std::abs(db(5) - db(3) - 12) < 4);
}
