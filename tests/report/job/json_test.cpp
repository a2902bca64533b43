#include <cmath>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "report/sample_report.h"

using namespace qtool;
using Json = nlohmann::ordered_json;

TEST_CASE("report.json has the keys of the contract, in this order") {
  const Json json = Json::parse(to_json(sample_report()));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"schema",
                                         "qtool",
                                         "model",
                                         "data",
                                         "accuracy",
                                         "simulated_vs_int8",
                                         "targets",
                                         "improvements",
                                         "size_bytes",
                                         "blame",
                                         "layers",
                                         "settings",
                                         "setting_origins",
                                         "gates",
                                         "warnings",
                                         "files",
                                         "latency_ms",
                                         "slow_regions",
                                         "latency_ms_of_files",
                                         "improvements_s",
                                         "stages_s",
                                         "peak_rss_bytes"});
}

TEST_CASE("report.json holds the struct's values, those of metrics in their units") {
  const Json json = Json::parse(to_json(sample_report()));
  CHECK(json["schema"] == kReportSchema);
  CHECK(json["qtool"]["cpu_features"] == Json::array({"avx2", "avx512_vnni"}));
  CHECK(
      json["accuracy"]["ladder"][1].dump() ==
      R"({"name":"int8","values":{"top1":91.5,"top5":98.9,"agreement":99.55},"cosine":0.99991,"sqnr_db":31.25,)"
      R"("outputs":[{"cosine":0.99991,"sqnr_db":31.25,"channels":10,"worst_channel":4,"worst_sqnr_db":28.5,)"
      R"("constant_channels":[]}]})");
  CHECK(json["accuracy"]["drop"].dump() == R"({"value":0.5,"low":-0.1,"high":1.1})");
  CHECK(json["accuracy"]["ladder"][0]["values"].dump() == R"({"top1":92.0,"top5":99.0,"agreement":null})");
  CHECK(json["accuracy"]["metric"] == "top1");
  CHECK(json["accuracy"]["metrics"][2].dump() ==
        R"({"name":"agreement","title":"same top-1","unit":"%","better":"higher","against":"reference"})");
  CHECK(json["improvements"].dump() ==
        R"([{"name":"bias-correction","kept":true,"why":null,"before_db":28.25,"after_db":31.5},)"
        R"({"name":"batch-norm","kept":false,"why":"it wins too little","before_db":null,"after_db":null}])");
  CHECK(json["improvements_s"].dump() == R"({"bias-correction":0.5,"batch-norm":0.25})");
  CHECK(json["size_bytes"]["ratio"] == 0.25);
  CHECK(
      json["layers"][2].dump() ==
      R"({"site":"norm:output","layer":"norm","op":"aten::layer_norm","scheme":null,"scale_min":null,"scale_max":null,)"
      R"("zero_point":null,"low":null,"high":null,"sqnr_db":null,"damage":null,)"
      R"("clipped":null,"histogram":null,"reason":"no int8 kernel | yet"})");
  CHECK(json["settings"].dump() == R"({"calibrate.samples":"1024"})");
  CHECK(json["gates"][0]["passed"] == false);
  CHECK(json["gates"][0]["within_noise"] == false);
  CHECK(json["latency_ms"].dump() ==
        R"({"float":15.0,"folded":10.0,"int8":2.5,"batch":128,)"
        R"("operators":{"float":[{"name":"aten::conv2d","calls":3,"ms":14.0}],"int8":[]}})");
  CHECK(json["stages_s"].dump() == R"({"load":0.1,"calibrate":0.25})");
}

TEST_CASE("what is missing, NaN or infinite is null, and bytes that are no UTF-8 do not break the file") {
  Report report;
  report.accuracy.ladder = {{.name = "int8", .values = {{"top1", std::nan("")}}, .sqnr_db = INFINITY}};
  report.accuracy.metrics = {top1_info()};
  report.model.path = "a\xff.pt";
  const Json json = Json::parse(to_json(report));
  CHECK(json["accuracy"]["ladder"][0]["values"]["top1"].is_null());
  CHECK(json["accuracy"]["ladder"][0]["sqnr_db"].is_null());
  CHECK(json["accuracy"]["drop"].is_null());
  CHECK(json["simulated_vs_int8"].is_null());
  CHECK(json["latency_ms"].is_null());
  CHECK(json["stages_s"].is_object());
}

TEST_CASE("only the last keys hold what differs between runs") {
  Report again = sample_report();
  again.timing = {};
  Json first = Json::parse(to_json(sample_report())), second = Json::parse(to_json(again));
  for (const char* key : {"latency_ms", "improvements_s", "stages_s", "peak_rss_bytes"}) {
    CHECK(first[key] != second[key]);
    first.erase(key);
    second.erase(key);
  }
  CHECK(first == second);
}

TEST_CASE("a list of numbers stands on one line, whatever texts hold") {
  Report report = sample_report();
  report.warnings = {"[1,\n 2] stays \\", "\"[3, 4]\""};
  const std::string text = to_json(report);
  CHECK_THAT(text, contains(R"("counts": [1,0,7])"));
  CHECK(Json::parse(text)["warnings"] == Json(report.warnings));
}

TEST_CASE("report.json has the blame list, its infinities as null") {
  Report report = sample_report();
  report.blame->layers[0].alone.sqnr_db = INFINITY;
  const Json blame = Json::parse(to_json(report))["blame"];
  CHECK(blame["samples"] == 64);
  CHECK(blame["all"].dump() == R"({"sqnr_db":30.5,"agreement":0.98})");
  CHECK(blame["layers"][0]["alone"]["sqnr_db"].is_null());
  CHECK(blame["layers"][0]["causes"].dump() ==
        R"({"weight_rounding":0.25,"activation_clipping":0.0,"activation_rounding":0.75})");
  CHECK(blame["recommendations"][0].dump() ==
        R"({"text":"Leave conv1 in float","rules":["- {match: conv1, skip: true}"],"flags":"--skip conv1",)"
        R"("gain":{"sqnr_db":3.25,"agreement":0.01}})");
}
