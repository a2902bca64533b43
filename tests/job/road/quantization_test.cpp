#include "job/road/quantization.h"

#include "base/error.h"
#include "calibrate/statistics_file.h"
#include "catch.h"
#include "graph/passes/canonicalise.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

/// A small network of vectors on its way to int8; its file has a made-up hash.
Quantization begun() {
  return begin_quantization(build({"return torch.relu(torch.linear(x, w))", {{"w", {5, 4}}}}), {"abc", 10},
                            Recipe(), {&libtorch_target()}, Engine::kAuto);
}

}  // namespace

TEST_CASE("calibration sees as many samples of the training split as asked for") {
  const auto quantization = begun();
  PtqOptions options;
  options.calibrate = {.samples = 20, .batch_size = 8};
  JobData data("random:4,samples=30");
  Progress progress;
  const auto calibration = calibrate_on_data(quantization, options, data, at::kCPU, progress);
  CHECK(calibration.statistics.samples == 20);
  CHECK(calibration.statistics.model_sha256 == "abc");
  REQUIRE(calibration.arrival.inputs.size() == 1);
  CHECK(calibration.arrival.inputs[0].shape == std::vector<int64_t>{4});
}

TEST_CASE("statistics of an earlier run are taken for the same model only") {
  const TemporaryFolder folder;
  auto quantization = begun();
  PtqOptions options;
  options.calibrate = {.samples = 8, .batch_size = 8};
  JobData data("random:4"), none("");
  Progress progress;
  const auto first = gather_statistics(quantization, options, data, at::kCPU, progress);
  options.from_calibration = folder / "calibration.json";
  write_statistics(first.statistics, options.from_calibration);
  CHECK(gather_statistics(quantization, options, none, at::kCPU, progress).statistics.samples == 8);
  quantization.file.sha256 = "def";
  CHECK_THROWS_WITH(gather_statistics(quantization, options, none, at::kCPU, progress),
                    contains("the calibration is of another model"));
}

TEST_CASE("chance in forward() is told") {
  CHECK(warnings_of_chance(canonicalise(build({"return torch.relu(x)", {}}))).empty());
  const auto warnings = warnings_of_chance(canonicalise(build({"return x + torch.rand_like(x)", {}})));
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], contains("forward() draws random numbers (") && contains("rand_like"));
}
