#include "batch/plan/job_metrics.h"

#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

TEST_CASE("metrics of a quantization are those of the int8 rung") {
  Report report = sample_report();
  report.gates.push_back({.name = "min_accuracy", .passed = true});
  const auto metrics = quantization_metrics(to_json(report));
  CHECK(metrics.metric->info.title == "top-1");
  CHECK(metrics.metric->value == 91.5);
  CHECK(metrics.drop == 0.5);
  CHECK(metrics.drop_low == -0.1);
  CHECK(metrics.drop_high == 1.1);
  CHECK(metrics.agreement->info.name == "agreement");
  CHECK(metrics.agreement->value == 99.55);
  CHECK(metrics.bytes == 100000);
  CHECK(metrics.size_ratio == 0.25);
  CHECK(metrics.latency_ms == 2.5);
  CHECK(metrics.batch == 128);
  CHECK(metrics.failed_gates == std::vector<std::string>{"max_drop"});
}

TEST_CASE("what a quantization did not measure is empty") {
  const auto metrics = quantization_metrics(to_json(Report{}));
  CHECK_FALSE(metrics.metric);
  CHECK_FALSE(metrics.agreement);
  CHECK_FALSE(metrics.drop);
  CHECK_FALSE(metrics.size_ratio);
  CHECK_FALSE(metrics.latency_ms);
}

TEST_CASE("metrics of the other tasks") {
  const std::string top1 =
      R"({"name": "top1", "title": "top-1", "unit": "%", "better": "higher", "against": "labels"})";
  const auto trained = training_metrics(R"({"metric": )" + top1 + R"(, "best": {"validation_score": 70}})");
  CHECK(trained.metric->value == 70);
  CHECK(trained.metric->info.title == "top-1");
  CHECK_FALSE(training_metrics(R"({"metric": )" + top1 + R"(, "best": {"validation_score": null}})").metric);
  const auto evaluation = evaluation_metrics(
      R"({"metrics": [)" + top1 +
      R"(, {"name": "agreement", "title": "same top-1", "unit": "%", "better": "higher", "against": "reference"}],
      "model": {"values": {"top1": 75, "agreement": 50}}, "against": {"values": {"top1": 100, "agreement": 100}}})");
  CHECK(evaluation.metric->value == 75);
  CHECK(evaluation.drop == 25);
  CHECK(evaluation.agreement->value == 50);
  const auto lower = evaluation_metrics(
      R"({"metrics": [{"name": "mae", "title": "mean error", "unit": "", "better": "lower", "against": "targets"}],
      "model": {"values": {"mae": 3}}, "against": {"values": {"mae": 1}}})");
  CHECK(lower.drop == 2);
  const auto bench =
      bench_metrics(R"({"rows": [{"median_ms": 1.0, "batch": 1}, {"median_ms": 2.0, "batch": 8}]})");
  CHECK(bench.latency_ms == 2.0);
  CHECK(bench.batch == 8);
}

TEST_CASE("a text that is no result gives no metrics") {
  for (const char* text :
       {"", "{", "[]", "3", "{}", R"({"accuracy": 3, "gates": 1, "rows": [], "best": [], "metrics": 1})",
        R"({"metrics": [1, {"name": 2}], "metric": [], "model": 3})"}) {
    INFO(text);
    CHECK_FALSE(quantization_metrics(text).metric);
    CHECK_FALSE(training_metrics(text).metric);
    CHECK_FALSE(evaluation_metrics(text).metric);
    CHECK_FALSE(bench_metrics(text).latency_ms);
  }
}
