#include "job/compare.h"

#include "../report/sample_report.h"
#include "catch.h"

using namespace qtool;

namespace {

const MetricChange& metric(const Comparison& comparison, const std::string& name) {
  for (const auto& change : comparison.metrics)
    if (change.name == name) return change;
  FAIL("no metric " << name);
  return comparison.metrics[0];
}

}  // namespace

TEST_CASE("a report is no change from itself") {
  const auto comparison = compare_reports(sample_report(), sample_report(), {});
  CHECK(comparison.settings.empty());
  CHECK(comparison.layers.empty());
  CHECK(comparison.sites.empty());
  CHECK(comparison.notes.empty());
  CHECK(comparison.gates.empty());
  CHECK(metric(comparison, "int8 top-1").before == metric(comparison, "int8 top-1").after);
}

TEST_CASE("what changed stands with both values, what matters most first") {
  Report after = sample_report();
  after.accuracy.ladder[1].values["top1"] = 90;
  after.size.int8_bytes = 120000;
  after.settings = {{"calibrate.samples", "64"}, {"quantize.weight_bits", "4"}};
  after.layers[0].scheme = "int4 symmetric per-channel(0)";
  after.layers[1].sqnr_db = 39;
  after.layers[2].site = "other";
  after.blame->layers[0].alone.sqnr_db = 20;
  after.model.sha256 = "def";
  const auto comparison = compare_reports(sample_report(), after, {});
  CHECK(metric(comparison, "int8 top-1").after == 90);
  CHECK(metric(comparison, "int8 size").before == 100000);
  REQUIRE(comparison.settings.size() == 2);
  CHECK(comparison.settings[0].after == "64");
  CHECK_FALSE(comparison.settings[1].before);
  REQUIRE(comparison.sites.size() == 4);
  CHECK(comparison.sites[0].site == "conv1:weight");
  CHECK(comparison.sites[1].site == "norm:output");
  CHECK_FALSE(comparison.sites[1].after);
  CHECK(comparison.sites[2].site == "other");
  CHECK_FALSE(comparison.sites[2].before);
  CHECK(comparison.sites[3].site == "conv1:output");
  REQUIRE(comparison.layers.size() == 1);
  CHECK(comparison.notes == std::vector<std::string>{"another model: abc, then def"});
}

TEST_CASE("gates judge the change") {
  Report after = sample_report();
  after.accuracy.ladder[1].values["top1"] = 90;  // 1.5 points less
  after.accuracy.ladder[1].sqnr_db = 30.25;      // 1 dB less
  after.size.int8_bytes = 110000;                // 10 % more
  after.timing.latency->int8_ms = 3;             // 20 % more
  const auto passed = [&](const ChangeGates& gates) {
    const auto results = compare_reports(sample_report(), after, gates).gates;
    REQUIRE(results.size() == 1);
    return results[0].passed;
  };
  CHECK(passed({.max_accuracy_loss = 1.5}));
  CHECK_FALSE(passed({.max_accuracy_loss = 1.4}));
  CHECK(passed({.max_sqnr_loss = 1}));
  CHECK_FALSE(passed({.max_sqnr_loss = 0.9}));
  CHECK(passed({.max_size_increase = 10}));
  CHECK_FALSE(passed({.max_size_increase = 9}));
  CHECK(passed({.max_latency_increase = 20}));
  CHECK_FALSE(passed({.max_latency_increase = 19}));
  CHECK(compare_reports(after, sample_report(), {.max_accuracy_loss = 0, .max_size_increase = 0})
            .gates.size() == 2);
}

TEST_CASE("without labels the accuracy gate judges agreement, and what is missing fails") {
  Report before = sample_report(), after = sample_report();
  before.accuracy.ladder[1].values.erase("top1");
  after.accuracy.ladder[1].values = {{"agreement", 99}};
  CHECK_FALSE(compare_reports(before, after, {.max_accuracy_loss = 0.5}).gates[0].passed);
  CHECK(compare_reports(before, after, {.max_accuracy_loss = 0.6}).gates[0].passed);
  const auto missing =
      compare_reports(Report{}, Report{}, {.max_accuracy_loss = 1, .max_latency_increase = 1});
  for (const auto& gate : missing.gates) {
    CHECK_FALSE(gate.passed);
    CHECK_THAT(gate.text, contains("was not measured"));
  }
}
