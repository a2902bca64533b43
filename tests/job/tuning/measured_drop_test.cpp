#include "job/tuning/measured_drop.h"

#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

namespace {

Evaluation evaluation(std::vector<MetricResult> metrics, double sqnr_db = 40) {
  Evaluation result{.name = "model", .metrics = std::move(metrics)};
  result.with_first.samples = 4;
  result.with_first.sqnr_db = sqnr_db;
  return result;
}

}  // namespace

TEST_CASE("a drop is of the metric against targets, with its interval") {
  const auto measured =
      measured_drop({evaluation({{top1_info(), 75, {100, 100, 100, 0}}, {agreement_info(), 100}}),
                     evaluation({{top1_info(), 50, {100, 100, 0, 0}}, {agreement_info(), 75}})});
  CHECK(measured.metric.name == "top1");
  CHECK(measured.drop.value == 25);
  CHECK(measured.drop.samples == 4);
  CHECK(measured.drop.low < 25);
}

TEST_CASE("without targets a drop is of the samples with float's top-1") {
  const auto measured =
      measured_drop({evaluation({{agreement_info(), 100}}), evaluation({{agreement_info(), 75}})});
  CHECK(measured.metric.name == "agreement");
  CHECK(measured.drop.value == 25);
}

TEST_CASE("without classes a drop is the error of the outputs") {
  const auto measured = measured_drop({evaluation({}), evaluation({}, 40)});
  CHECK(measured.drop.value == 1);  // 40 dB
}
