#include "report/batch/batch_summary.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;
using PlainJson = nlohmann::json;

namespace {

BatchSummary sample() {
  BatchSummary summary{.config = "batch.yaml"};
  summary.rows = {
      {.job = "good",
       .task = "ptq",
       .verdict = Verdict::kOk,
       .seconds = 2,
       .output = "out/good",
       .report = "good/report.html",
       .metrics = {.metric = MetricValue{top1_info(), 90},
                   .drop = 1,
                   .drop_low = -0.2,
                   .drop_high = 2.2,
                   .agreement = MetricValue{agreement_info(), 97},
                   .size_ratio = 0.3,
                   .bytes = 300,
                   .latency_ms = 7.5,
                   .batch = 128}},
      {.job = "fast",
       .task = "ptq",
       .verdict = Verdict::kGateFailed,
       .reason = "max_drop",
       .unchanged = true,
       .exit_code = 1,
       .metrics = {.metric = MetricValue{top1_info(), 80},
                   .bytes = 300,
                   .latency_ms = 5,
                   .batch = 128,
                   .failed_gates = {"max_drop", "min_accuracy"}}},
      {.job = "bad",
       .task = "train",
       .verdict = Verdict::kFailed,
       .reason = "no \"file\", no",
       .exit_code = 2},
      {.job = "late", .task = "eval", .verdict = Verdict::kSkipped, .reason = "needs 'bad', which failed"}};
  return summary;
}

}  // namespace

TEST_CASE("the table has a dash for what was not measured") {
  const auto cells = summary_cells(sample());
  REQUIRE(cells.size() == 5);
  CHECK(cells[0] == std::vector<std::string>{"job", "task", "top-1", "drop, points", "same top-1", "size",
                                             "latency", "time", "verdict"});
  CHECK(cells[1] == std::vector<std::string>{"good", "ptq", "90.00 %", "1.00 (-0.20 to 2.20)", "97.00 %",
                                             "0.300", "7.50 ms / 128", "2.0 s", "ok"});
  CHECK(cells[2].back() == "gate failed: max_drop, unchanged");
  CHECK(cells[4] == std::vector<std::string>{"late", "eval", "-", "-", "-", "-", "-", "-",
                                             "skipped: needs 'bad', which failed"});
}

TEST_CASE("Markdown has the table and the fronts") {
  const std::string text = summary_markdown(sample());
  CHECK_THAT(text, contains("| good | ptq | 90.00 % |"));
  CHECK_THAT(text, contains("latency in batches of 128 (Pareto front): fast, good"));
  CHECK_THAT(text, contains("4 jobs: 1 ok, 1 gate failed, 1 failed, 1 skipped"));
  CHECK_THAT(text, contains("size (Pareto front): good"));
}

TEST_CASE("CSV quotes what needs it") {
  const std::string text = summary_csv(sample());
  CHECK_THAT(text, Catch::Matchers::StartsWith("job,task,verdict,reason,"));
  CHECK_THAT(text, contains("\r\nbad,train,failed,\"no \"\"file\"\", no\","));
  CHECK_THAT(text, contains("max_drop;min_accuracy"));
}

TEST_CASE("JSON has it all") {
  const PlainJson json = PlainJson::parse(summary_json(sample()));
  CHECK(json["jobs"][0]["drop_low"] == -0.2);
  CHECK(json["jobs"][3]["value"].is_null());
  CHECK(json["jobs"][0]["report"] == "good/report.html");
  CHECK(json["jobs"][1]["report"].is_null());
  CHECK(json["pareto"]["latency"] ==
        PlainJson::parse(R"([{"metric": "top1", "batch": 128, "jobs": ["fast", "good"]}])"));
  CHECK(json["pareto"]["size"] == PlainJson::parse(R"([{"metric": "top1", "jobs": ["good"]}])"));
  CHECK(json["exit_code"] == 2);
}

TEST_CASE("latencies of batches of different sizes have a front each") {
  BatchSummary summary = sample();
  summary.rows[1].metrics.batch = 1;
  const PlainJson json = PlainJson::parse(summary_json(summary));
  CHECK(
      json["pareto"]["latency"] ==
      PlainJson::parse(
          R"([{"metric": "top1", "batch": 1, "jobs": ["fast"]}, {"metric": "top1", "batch": 128, "jobs": ["good"]}])"));
  CHECK_THAT(summary_markdown(summary), contains("latency in batches of 1 (Pareto front): fast\n"));
}

TEST_CASE("jobs of several metrics each name theirs, and contend with their like") {
  BatchSummary summary = sample();
  summary.rows[1].metrics.metric =
      MetricValue{{.name = "mae", .title = "mean error", .better = Better::kLower}, 0.125};
  const auto cells = summary_cells(summary);
  CHECK(cells[0][2] == "metric");
  CHECK(cells[0][3] == "drop");
  CHECK(cells[1][2] == "top-1 90.00 %");
  CHECK(cells[1][3] == "1.00 (-0.20 to 2.20) points");
  CHECK(cells[2][2] == "mean error 0.125");
  CHECK(PlainJson::parse(summary_json(summary))["pareto"]["size"] ==
        PlainJson::parse(R"([{"metric": "mae", "jobs": ["fast"]}, {"metric": "top1", "jobs": ["good"]}])"));
}

TEST_CASE("of a metric of which less is better the front has the lower") {
  BatchSummary summary = sample();
  for (auto& row : summary.rows)
    if (row.metrics.metric) row.metrics.metric->info.better = Better::kLower;
  CHECK(PlainJson::parse(summary_json(summary))["pareto"]["size"][0]["jobs"] == PlainJson::array({"fast"}));
}

TEST_CASE("HTML holds what JSON does, with the result on top, and no name or error can become markup") {
  BatchSummary summary = sample();
  summary.rows[2].job = "</script><b>";
  summary.rows[2].reason = "<img src=x onerror=alert(1)>";
  const std::string page = summary_html(summary);
  CHECK_THAT(page, contains("<title>Batch batch.yaml</title>"));
  CHECK_THAT(page, contains("4 jobs: 1 ok, 1 gate failed, 1 failed, 1 skipped"));
  CHECK_THAT(page, contains("href=\"summary.md\""));
  CHECK_THAT(page, contains("good/report.html"));
  CHECK_THAT(page, contains("\\u003c/script>\\u003cb>"));
  CHECK_THAT(page, !contains("</script><b>"));
  CHECK_THAT(page, !contains("<img"));
}

TEST_CASE("the headline counts the verdicts") {
  BatchSummary summary = sample();
  summary.rows.resize(1);
  CHECK(summary_headline(summary) == "1 job, all ok");
}

TEST_CASE("the exit code is the worst") {
  CHECK(exit_code_of({}) == 0);
  BatchSummary summary = sample();
  summary.rows.resize(2);
  CHECK(exit_code_of(summary) == 1);
}
