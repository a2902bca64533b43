#include "report/job/schema_2.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "report/job/read_report.h"
#include "report/sample_report.h"

using namespace qtool;
using Json = nlohmann::ordered_json;

TEST_CASE("a report of schema 2 is read, its fractions in percent") {
  Json old = Json::parse(to_json(sample_report()));
  old["schema"] = 2;
  old["accuracy"] = Json::parse(R"({"metric": "top1", "samples": 1000, "ladder": [
      {"name": "float", "top1": 0.92, "top5": 0.99, "agreement": 1.0, "cosine": 1.0, "sqnr_db": null},
      {"name": "int8", "top1": 0.915, "top5": 0.989, "agreement": 0.9955, "cosine": 0.99991, "sqnr_db": 31.25}],
      "drop": {"value": 0.005, "low": -0.001, "high": 0.011}})");
  old["agreement"] = 0.9955;
  const Report read = read_report_text(old.dump(), "r");
  REQUIRE(read.accuracy.metrics.size() == 3);
  CHECK(read.accuracy.metric()->name == "top1");
  CHECK(*read.rung("float")->value("top1") == Approx(92));
  CHECK(*read.rung("int8")->value("agreement") == Approx(99.55));
  CHECK(read.accuracy.drop->value == Approx(0.5));
  CHECK(*read.accuracy.drop->high == Approx(1.1));
  CHECK(read.rung("int8")->sqnr_db == 31.25);
}

TEST_CASE("a report of schema 2 without labels has no metric against targets") {
  Json old = Json::parse(to_json(sample_report()));
  old["schema"] = 2;
  old["accuracy"] = Json::parse(R"({"metric": "top1", "samples": 1000, "ladder": [
      {"name": "int8", "top1": null, "top5": null, "agreement": 0.5, "cosine": 1.0, "sqnr_db": null}], "drop": null})");
  const Report read = read_report_text(old.dump(), "r");
  CHECK_FALSE(read.accuracy.metric());
  CHECK(read.rung("int8")->value(read.accuracy.agreement()->name) == 50);
  old["accuracy"]["ladder"][0]["top1"] = "high";
  CHECK_THROWS_WITH(read_report_text(old.dump(), "r"),
                    contains("accuracy.ladder[0].values.top1") && contains("a number"));
}

TEST_CASE("what is not as it should be in a report of schema 2 stays to be refused") {
  for (const char* text : {R"({"accuracy": [1]})", R"({"accuracy": {"ladder": 3, "drop": "much"}})",
                           R"({"accuracy": {"ladder": [null, 7]}})"}) {
    Json report = Json::parse(text), before = report;
    upgrade_fractions(report);
    CHECK(report["schema"] == kReportSchema);
    report.erase("schema");
    report["accuracy"].is_object() ? report["accuracy"].erase("metrics") : 0;
    CHECK(report == before);
  }
}
