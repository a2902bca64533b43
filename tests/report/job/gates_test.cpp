#include "report/job/gates.h"

#include <cmath>

#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;

TEST_CASE("no gates, no results") {
  CHECK(check_gates({}, sample_report()).empty());
  CHECK(all_passed({}));
  CHECK_FALSE(Gates{}.any());
}

TEST_CASE("each gate compares in the unit of its flag") {
  // The sample: drop 0.5 points, top-1 91.5 %, agreement 99.55 %, size ratio 0.25.
  const Gates gates{.max_drop = 0.5, .min_accuracy = 91.5, .min_agreement = 99.6, .max_size_ratio = 0.2};
  CHECK(gates.any());
  const auto results = check_gates(gates, sample_report());
  REQUIRE(results.size() == 4);
  CHECK(results[0].name == "max_drop");
  CHECK(results[0].passed);
  CHECK(results[0].value == Approx(0.5));
  CHECK(results[1].passed);
  CHECK(results[1].text == "top-1 of 91.50 % is at least 91.50 %");
  CHECK_FALSE(results[2].passed);
  CHECK(results[2].text == "same top-1 as float of 99.55 % is below 99.60 %");
  CHECK_FALSE(results[3].passed);
  CHECK(results[3].text == "size ratio of 0.250 is above 0.200");
  CHECK_FALSE(all_passed(results));
}

TEST_CASE("a drop whose interval reaches below the limit may be noise, and fails only strict gates") {
  // The sample's drop is 0.5 points, its interval -0.1 to 1.1.
  const auto gate = [](double limit, bool strict = false) {
    return check_gates({.max_drop = limit, .strict = strict}, sample_report())[0];
  };
  CHECK(gate(0.49).passed);
  CHECK(gate(0.49).within_noise);
  CHECK(
      gate(0.49).text ==
      "drop in top-1 of 0.50 points is above 0.49 points; within noise: the 95 % interval is -0.10 to 1.10");
  CHECK_FALSE(gate(0.49, true).passed);
  CHECK(gate(0.49, true).within_noise);
  CHECK(gate(1).passed);
  CHECK_FALSE(gate(1).within_noise);
  CHECK_THAT(gate(1).text, !contains("noise"));
  CHECK(gate(1, true).passed);
}

TEST_CASE("a drop whose whole interval is above the limit fails") {
  Report report = sample_report();
  report.accuracy.drop = ReportDrop{.value = 2, .low = 1.1, .high = 3};
  const auto gate = [&](double limit) { return check_gates({.max_drop = limit}, report)[0]; };
  CHECK_FALSE(gate(1).passed);
  CHECK_FALSE(gate(1).within_noise);
  CHECK(gate(1).text == "drop in top-1 of 2.00 points is above 1.00 points");
  CHECK(gate(1.1).passed);
}

TEST_CASE("what was not measured fails its gate") {
  const auto results =
      check_gates({.max_drop = 1, .min_accuracy = 1, .min_agreement = 1, .max_size_ratio = 1}, Report{});
  REQUIRE(results.size() == 4);
  for (const auto& result : results) {
    CHECK_FALSE(result.passed);
    CHECK_FALSE(result.value.has_value());
    CHECK_THAT(result.text, contains("was not measured"));
  }
  Report report;
  report.accuracy.metrics = {top1_info()};
  report.accuracy.ladder = {{.name = "int8", .values = {{"top1", std::nan("")}}}};
  CHECK_FALSE(check_gates({.min_accuracy = 0}, report)[0].passed);
}

TEST_CASE("where a lower value is better the limit is the most") {
  Report report;
  report.accuracy.metrics = {{.name = "mae", .title = "mean error", .better = Better::kLower}};
  report.accuracy.ladder = {{.name = "int8", .values = {{"mae", 1.5}}}};
  report.accuracy.drop = ReportDrop{.value = 0.25};
  CHECK(check_gates({.min_accuracy = 2}, report)[0].passed);
  const auto results = check_gates({.max_drop = 0.2, .min_accuracy = 1}, report);
  CHECK_FALSE(results[0].passed);  // a drop without an interval is judged by its value
  CHECK(results[0].text == "drop in mean error of 0.25 is above 0.20");
  CHECK_FALSE(results[1].passed);
  CHECK(results[1].text == "mean error of 1.50 is above 1.00");
}
