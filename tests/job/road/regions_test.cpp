#include "job/road/regions.h"

#include "catch.h"
#include "export/target.h"
#include "job/road/two_regions.h"
#include "job/workplace.h"
#include "measure/similarity.h"

using namespace qtool;

TEST_CASE("regions end where values are float on both sides, and tell their layers and inputs") {
  const auto input = noise({4, 3, 7, 7}, 1);
  const auto regions = float_bounded_regions(two_regions(input), {input});
  REQUIRE(regions.size() == 2);
  CHECK(regions[0].layers.size() == 2);
  CHECK(regions[1].layers.size() == 1);
  CHECK(regions[0].inputs.at(0).equal(input));
  CHECK(regions[1].inputs.at(0).size(1) == 4);
}

TEST_CASE("a region that begins within int8 is simulated with what it reads on its grid") {
  const auto input = noise({4, 3, 7, 7}, 1);
  const auto regions = layer_regions(two_regions(input), {input});
  const TemporaryFolder folder;
  const StagingFolder staging(folder / "");
  const auto simulated = as_client_runs(regions.at(1), simulation_target(), staging);
  const auto given = simulated->run(regions[1].inputs).at(0);
  const auto in_float = regions[1].solution.model.clone().forward(regions[1].inputs).at(0);
  Similarity similarity;
  similarity.add(in_float, given);
  CHECK(similarity.sqnr_db() > 25);
  CHECK(similarity.sqnr_db() < 80);
}

TEST_CASE("regions of layers begin within int8, too") {
  const auto input = noise({4, 3, 7, 7}, 1);
  const auto regions = layer_regions(two_regions(input), {input});
  REQUIRE(regions.size() == 3);
  for (const auto& region : regions) {
    CHECK(region.layers.size() == 1);
    CHECK(region.batch == 4);
  }
}
