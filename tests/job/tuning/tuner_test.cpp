#include "job/tuning/tuner.h"

#include <fstream>

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

/// A search in a folder of its own, on the way to the small classifier's files.
struct TunedJob {
  TunedJob() {
    options.model = place.model;
    options.data = place.data;
    options.output = place.folder / "out";
    options.calibrate = {.samples = 64, .batch_size = 16};
    options.improve = {"none"};
    std::filesystem::create_directories(options.output);
    common.setting_origins["quantize.calibrator"] = "--calibrator";
    calibration.statistics = calibrate_on_data(start, as_ptq(options), data, at::kCPU, progress).statistics;
  }
  [[nodiscard]] TuneReport begun() const { return {.metric = {}, .max_drop = 100, .calibrator = ""}; }
  [[nodiscard]] TuneTask task() { return {options, context, data, at::kCPU, start, calibration, budget}; }

  Workplace place;
  TuneOptions options;
  CommonOptions common;
  std::string config = "resolved: true\n";
  Progress progress;
  Context context{common, config, progress};
  JobData data{place.data};
  Quantization start =
      begin_quantization(build(small_classifier()), {"abc", 10}, {}, {&libtorch_target()}, Engine::kAuto);
  Calibration calibration;
  Budget budget{progress, 3600};
};

}  // namespace

TEST_CASE(
    "a calibrator that is given is not searched for, and one that is not is the best of all by 0.1 dB") {
  TunedJob job;
  Tuner given(job.task(), job.begun());
  given.choose_calibrator();
  CHECK(given.report().calibrator == "mse");
  CHECK(given.report().calibrators.empty());
  job.common.setting_origins.clear();
  Tuner searched(job.task(), job.begun());
  searched.choose_calibrator();
  const auto& tried = searched.report().calibrators;
  CHECK(tried.size() > 2);
  double asked = 0, chosen = 0, best = 0;
  for (const auto& row : tried) {
    if (row.name == "mse") asked = row.sqnr_db;
    if (row.name == searched.report().calibrator) chosen = row.sqnr_db;
    best = std::max(best, row.sqnr_db);
  }
  CHECK((chosen == best || (chosen == asked && best <= asked + 0.1)));
}

TEST_CASE("the untuned model is tried once, whole, and its file stands in the folder") {
  TunedJob job;
  Tuner tuner(job.task(), job.begun());
  tuner.choose_calibrator();
  tuner.try_baseline();
  tuner.try_baseline();
  const auto& report = tuner.report();
  REQUIRE(report.trials.size() == 1);
  CHECK(report.best == size_t(0));
  CHECK(report.trials[0].bits == std::vector<int64_t>{8, 8});
  CHECK_FALSE(report.trials[0].quick);
  CHECK(report.trials[0].drop->samples == 64);
  CHECK(report.trials[0].bytes ==
        int64_t(std::filesystem::file_size(job.options.output + "/" + libtorch_target().file)));
  CHECK(read_tune_report(get(job.options.output + "/tune.json"), "tune.json").trials.size() == 1);

  // Another run takes it up; where its file is not there any more it is made again, to the same bytes.
  std::ofstream(job.options.output + "/" + libtorch_target().file) << "changed";
  Tuner again(job.task(), report);
  CHECK_FALSE(again.report().best);
  again.try_baseline();
  again.restore_best();
  CHECK(again.report().trials.size() == 1);
  CHECK(again.report().best == size_t(0));
  CHECK(again.report().trials[0].sha256 == report.trials[0].sha256);
}

TEST_CASE("a search of other layers is not taken up") {
  TunedJob job;
  auto known = job.begun();
  known.layers = {{.name = "other"}};
  CHECK_THROWS_WITH(Tuner(job.task(), known), contains("the folder holds a search of other layers") &&
                                                  contains("got:      1 layers") && contains("expected: 2"));
}
