#include "report/job/headline.h"

#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

TEST_CASE("the headline tells size, speed, accuracy and gates in one sentence") {
  CHECK(headline(sample_report()) ==
        "4.0 times smaller, 6.0 times faster (4.0 than float folded and frozen), 0.50 points lost (95 % "
        "interval -0.10 to 1.10); the gate "
        "failed.");
}

TEST_CASE("what got worse is named as that, and what was gained as gained") {
  Report report = sample_report();
  report.size = {.float_bytes = 100, .int8_bytes = 200};
  report.timing.latency = ReportLatency{.float_ms = 1, .int8_ms = 4};
  report.accuracy.drop = ReportDrop{.value = -0.1, .low = -0.4, .high = 0.2};
  report.gates = {{.name = "a", .passed = true}, {.name = "b", .passed = true}};
  CHECK(headline(report) ==
        "Slower than float: int8 takes 4.00 of its time as saved; try --target libtorch-onednn or --prefer "
        "speed. 2.0 times larger, 0.10 points gained (95 % interval -0.20 to 0.40); all 2 gates passed.");
  report.gates[0].passed = false;
  CHECK_THAT(headline(report), contains("; 1 of 2 gates failed."));
}

TEST_CASE("without labels the headline tells agreement, without verification it says so") {
  Report report;
  CHECK(headline(report) == "Not verified on data.");
  report.accuracy.ladder = {{.name = "int8", .values = {{"agreement", 50}}}};
  report.accuracy.metrics = {agreement_info()};
  CHECK(headline(report) == "50.00 % same top-1 as float.");
}

TEST_CASE("a drop of another unit, and without an interval") {
  Report report;
  report.accuracy.metrics = {{.name = "psnr", .title = "PSNR", .unit = "dB"}};
  report.accuracy.drop = ReportDrop{.value = 0.25};
  CHECK(headline(report) == "0.25 dB lost.");
  report.accuracy.metrics = {{.name = "mae", .title = "mean error", .better = Better::kLower}};
  report.accuracy.drop = ReportDrop{.value = 0.0123456, .low = 0.01, .high = 0.02};
  CHECK(headline(report) == "0.01235 lost (95 % interval 0.01 to 0.02).");
}

TEST_CASE("without classes the headline tells SQNR, and of the worst channel") {
  Report report;
  report.accuracy.ladder = {{.name = "int8", .sqnr_db = 53.6}};
  CHECK(headline(report) == "SQNR 53.6 dB.");
  auto& outputs = report.accuracy.ladder[0].outputs;
  outputs = {{.sqnr_db = 50}, {.sqnr_db = 55, .channels = 8, .worst_channel = 5, .worst_sqnr_db = 12.25}};
  CHECK(headline(report) == "SQNR 53.6 dB, 12.2 dB in the worst channel.");
  outputs[1].constant_channels = {5, 7};
  CHECK(headline(report) == "SQNR 53.6 dB, and channels that have become constant.");
}
