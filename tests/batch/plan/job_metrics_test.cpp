#include "batch/plan/job_metrics.h"

#include <cmath>

#include "catch.h"
#include "job/json/bench_json.h"
#include "job/json/compare_json.h"
#include "job/json/eval_json.h"
#include "job/json/train_json.h"
#include "report/sample_report.h"

using namespace qtool;

namespace {

const MetricInfo kTop1{.name = "top1", .title = "top-1", .unit = "%"};

}  // namespace

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

TEST_CASE("metrics of a training are those of its best epoch") {
  TrainJobResult result;
  result.train.metric = kTop1;
  result.train.history = {{.validation_score = 70}};
  const auto trained = training_metrics(to_json(result));
  CHECK(trained.metric->value == 70);
  CHECK(trained.metric->info.title == "top-1");
  result.train.history[0].validation_score = std::nan("");
  CHECK_FALSE(training_metrics(to_json(result)).metric);
}

TEST_CASE("the drop of an evaluation is from the model that it is held against") {
  EvalResult result;
  result.model.metrics = {{.info = kTop1, .value = 75},
                          {.info = {.name = "agreement", .against = Against::kReference}, .value = 50}};
  result.reference = Evaluation{.name = "float", .metrics = {{.info = kTop1, .value = 100}}};
  const auto metrics = evaluation_metrics(to_json(result));
  CHECK(metrics.metric->value == 75);
  CHECK(metrics.drop == 25);
  CHECK(metrics.agreement->value == 50);
  const MetricInfo lower{.name = "mae", .better = Better::kLower};
  result.model.metrics = {{.info = lower, .value = 3}};
  result.reference->metrics = {{.info = lower, .value = 1}};
  CHECK(evaluation_metrics(to_json(result)).drop == 2);
}

TEST_CASE("the latency of a bench is that of its last row") {
  BenchResult result;
  result.rows = {{.latency = {.name = "a", .batch = 1, .median_ms = 1}},
                 {.latency = {.name = "b", .batch = 8, .median_ms = 2}}};
  const auto bench = bench_metrics(to_json(result));
  CHECK(bench.latency_ms == 2.0);
  CHECK(bench.batch == 8);
}

TEST_CASE("the gates of a comparison that failed are named") {
  Comparison comparison;
  comparison.gates = {{.name = "a", .passed = true}, {.name = "b", .passed = false}};
  CHECK(comparison_metrics(to_json(comparison)).failed_gates == std::vector<std::string>{"b"});
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
