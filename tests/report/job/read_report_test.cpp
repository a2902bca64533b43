#include "report/job/read_report.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;
using Json = nlohmann::ordered_json;

namespace {

std::string message_of(const std::string& text) {
  try {
    (void)read_report_text(text, "a/report.json");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

/// The sample with the value at a JSON pointer replaced.
std::string with(const std::string& pointer, const Json& value) {
  Json json = Json::parse(to_json(sample_report()));
  json[Json::json_pointer(pointer)] = value;
  return json.dump();
}

}  // namespace

TEST_CASE("a report comes back as it was written") {
  const Report report = sample_report();
  const Report read = read_report_text(to_json(report), "r");
  CHECK(read.tool.cpu_features == report.tool.cpu_features);
  CHECK(read.model.sha256 == "abc");
  CHECK(read.rung("int8")->value("top1") == 91.5);
  CHECK_FALSE(read.rung("float")->sqnr_db);
  CHECK(read.accuracy.drop->high == 1.1);
  CHECK(read.size.int8_bytes == 100000);
  CHECK(read.blame->layers[0].gain.sqnr_db == 3.25);
  CHECK(read.layers[1].zero_point == 3);
  CHECK(read.layers[2].reason == "no int8 kernel | yet");
  CHECK(read.settings == report.settings);
  CHECK(read.timing.latency->int8_ms == 2.5);
  CHECK(read.timing.latency->folded_ms == 10);
  CHECK_FALSE(read.gates[0].passed);
  REQUIRE(read.accuracy.metrics.size() == 3);
  CHECK(read.accuracy.metric()->title == "top-1");
  CHECK(read.accuracy.agreement()->name == "agreement");
}

TEST_CASE("a model without classes, and reports of before outputs were measured, are read") {
  Report report = sample_report();
  report.accuracy.ladder[1].values.erase("agreement");
  report.blame->all.agreement.reset();
  const Report read = read_report_text(to_json(report), "r");
  CHECK_FALSE(read.rung("int8")->value("agreement"));
  CHECK_FALSE(read.blame->all.agreement);
  CHECK(read.rung("int8")->worst_channel_db() == 28.5);
  CHECK(read.rung("int8")->outputs[0].worst_channel == 4);
  Json old = Json::parse(to_json(report));
  for (auto& rung : old["accuracy"]["ladder"]) rung.erase("outputs");
  CHECK(read_report_text(old.dump(), "r").rung("int8")->outputs.empty());
}

TEST_CASE("a report without verification, blame and latency is read, too") {
  const Report read = read_report_text(to_json(Report{}), "r");
  CHECK(read.accuracy.ladder.empty());
  CHECK_FALSE(read.blame);
  CHECK_FALSE(read.timing.latency);
}

TEST_CASE("what is no report is refused with the file and the path of the key") {
  CHECK_THAT(message_of("{"), contains("a/report.json") && contains("no JSON at byte"));
  CHECK_THAT(message_of(""), contains("no JSON at byte"));
  CHECK_THAT(message_of("[1]"), contains("JSON without a schema"));
  CHECK_THAT(message_of("3"), contains("JSON without a schema"));
  CHECK_THAT(message_of(R"({"schema": "2"})"), contains("JSON without a schema"));
  CHECK_THAT(message_of(R"({"schema": 1})"),
             contains("schema 1") && contains("run the job again with this qtool"));
  CHECK_THAT(message_of(R"({"schema": 3})"), contains("a/report.json: qtool") && contains("no such key"));
  CHECK_THAT(message_of(R"({"schema": 2})"), contains("a/report.json: qtool") && contains("no such key"));
  CHECK_THAT(message_of(with("/accuracy/metrics/0/better", "more")),
             contains("accuracy.metrics[0].better") && contains("one of higher, lower"));
  CHECK_THAT(message_of(with("/accuracy/ladder/1/values/top1", "high")),
             contains("a/report.json: accuracy.ladder[1].values.top1") && contains("\"high\"") &&
                 contains("a number"));
  CHECK_THAT(message_of(with("/size_bytes/int8", 1.5)),
             contains("size_bytes.int8") && contains("1.5") && contains("a whole number"));
  CHECK_THAT(message_of(with("/layers", nullptr)), contains("layers") && contains("a list"));
  CHECK_THAT(message_of(with("/gates/0/passed", 1)),
             contains("gates[0].passed") && contains("true or false"));
  CHECK_THAT(message_of(with("/qtool", Json::array())),
             contains("report.json: qtool") && contains("an object"));
  CHECK_THAT(message_of(with("/settings/x", 3)), contains("settings.x") && contains("text"));
}
