#include "job/input/open_model.h"

#include <ATen/ops/allclose.h>

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

TEST_CASE("a network of the zoo takes the shape and the classes of its data") {
  const TemporaryFolder folder;
  put_samples(folder / "x.npz", noise({8, 1, 8, 8}, 1), /*labelled=*/true);  // labels 0 to 4
  JobData data("npz:" + folder / "x.npz");
  auto model = open_model("zoo:lenet", data, 1);
  model.set_training(false);
  CHECK(model.forward({noise({2, 1, 8, 8}, 2)}).at(0).sizes() == at::IntArrayRef{2, 5});
}

TEST_CASE("a network of the zoo needs data with labels") {
  JobData none(""), unlabelled("random:1x8x8,samples=3");
  CHECK_THROWS_WITH(open_model("zoo:lenet", none, 1), contains("no --data"));
  CHECK_THROWS_WITH(open_model("zoo:lenet", unlabelled, 1), contains("3 samples without labels"));
}

TEST_CASE("a file needs no data") {
  const Workplace at;
  JobData none("");
  CHECK(open_model(at.model, none, 1).input_count() == 1);
  CHECK(open_float_model(at.model, none, 1).grids.empty());
}

TEST_CASE("the fake-quant of a file is taken out, and its grids are known") {
  const Workplace at;
  auto options = at.options("out");
  options.report = false;
  options.improve = {"none"};  // which changes weights
  (void)run(options);
  JobData none("");
  auto opened = open_float_model(at.folder / "out/model.fakequant.pt", none, 1);
  auto original = open_float_model(at.model, none, 1).model;
  REQUIRE_FALSE(opened.grids.empty());
  const auto x = noise({2, 3, 7, 7}, 4);
  CHECK(at::allclose(opened.model.forward({x}).at(0), original.forward({x}).at(0), 1e-5, 1e-5));
}
