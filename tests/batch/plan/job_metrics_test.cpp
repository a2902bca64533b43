#include "batch/plan/job_metrics.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("metrics of a quantization are those of the int8 rung") {
  const auto metrics = quantization_metrics(R"({"accuracy": {"ladder": [{"name": "float", "top1": 0.9},
      {"name": "int8", "top1": 0.8}], "drop": {"value": 0.1, "low": 0.05, "high": 0.15}}, "agreement": 0.95,
      "size_bytes": {"int8": 25, "ratio": 0.25}, "latency_ms": {"int8": 7.5, "batch": 128},
      "gates": [{"name": "max_drop", "passed": false}, {"name": "min_accuracy", "passed": true}]})");
  CHECK(metrics.accuracy == 0.8);
  CHECK(metrics.drop == 0.1);
  CHECK(metrics.drop_low == 0.05);
  CHECK(metrics.drop_high == 0.15);
  CHECK(metrics.agreement == 0.95);
  CHECK(metrics.bytes == 25);
  CHECK(metrics.size_ratio == 0.25);
  CHECK(metrics.latency_ms == 7.5);
  CHECK(metrics.batch == 128);
  CHECK(metrics.failed_gates == std::vector<std::string>{"max_drop"});
}

TEST_CASE("metrics of the other tasks") {
  CHECK(training_metrics(R"({"best": {"validation_accuracy": 0.7}})").accuracy == 0.7);
  CHECK_FALSE(training_metrics(R"({"best": {"validation_accuracy": null}})").accuracy);
  const auto evaluation = evaluation_metrics(
      R"({"model": {"top1": 0.75}, "against": {"top1": 1.0}, "agreement": {"same_top1": 0.5}})");
  CHECK(evaluation.accuracy == 0.75);
  CHECK(evaluation.drop == 0.25);
  CHECK(evaluation.agreement == 0.5);
  const auto bench =
      bench_metrics(R"({"rows": [{"median_ms": 1.0, "batch": 1}, {"median_ms": 2.0, "batch": 8}]})");
  CHECK(bench.latency_ms == 2.0);
  CHECK(bench.batch == 8);
}

TEST_CASE("a text that is no result gives no metrics") {
  for (const char* text :
       {"", "{", "[]", "3", "{}", R"({"accuracy": 3, "gates": 1, "rows": [], "best": []})"}) {
    INFO(text);
    CHECK_FALSE(quantization_metrics(text).accuracy);
    CHECK_FALSE(training_metrics(text).accuracy);
    CHECK_FALSE(evaluation_metrics(text).accuracy);
    CHECK_FALSE(bench_metrics(text).latency_ms);
  }
}
