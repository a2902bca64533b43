#include "job/road/improvement.h"

#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

struct ImprovedJob {
  ImprovedJob() {
    options.calibrate = {.samples = 32, .batch_size = 8};
    options.improve = {"bias-correction"};
  }
  Improved improved(const Calibration& calibration, JobData& data) {
    return improve_on_data(solve_first(quantization, calibration.statistics, {}), calibration, quantization,
                           options, data, progress);
  }

  PtqOptions options;
  Progress progress;
  Quantization quantization =
      begin_quantization(build({"return torch.relu(torch.linear(x, w))", {{"w", {5, 4}}}}), {"abc", 10}, {},
                         {&libtorch_target()}, Engine::kAuto);
};

}  // namespace

TEST_CASE("improvements see the batches of calibration, whether they are remembered or read again") {
  ImprovedJob job;
  JobData data("random:4,samples=40");
  auto calibration = calibrate_on_data(job.quantization, job.options, data, at::kCPU, job.progress);
  REQUIRE(calibration.remembered.size() == 4);
  const auto all = job.improved(calibration, data);
  REQUIRE(all.outcomes.size() == 1);
  CHECK(all.outcomes[0].name == "bias-correction");
  CHECK_FALSE(std::isnan(all.outcomes[0].after_db));
  calibration.remembered.resize(1);
  CHECK(job.improved(calibration, data).outcomes[0].after_db == all.outcomes[0].after_db);
  calibration.remembered.clear();
  CHECK(job.improved(calibration, data).outcomes[0].after_db == all.outcomes[0].after_db);
}

TEST_CASE("without data, or without a row that is asked for, none is tried") {
  ImprovedJob job;
  JobData data("random:4,samples=40"), none("");
  const auto calibration = calibrate_on_data(job.quantization, job.options, data, at::kCPU, job.progress);
  const auto untried = job.improved(calibration, none);
  REQUIRE(untried.outcomes.size() == 1);
  CHECK_FALSE(untried.outcomes[0].kept);
  CHECK(untried.outcomes[0].why == "there are no samples left to judge it on");
  job.options.improve = {"none"};
  CHECK(job.improved(calibration, data).outcomes.empty());
}
