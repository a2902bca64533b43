#include "job/road/manifest.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "job/options/ptq_options.h"

using namespace qtool;

namespace {

std::vector<std::pair<std::string, std::string>> recipe(PtqOptions options) {
  return recipe_of(option_tree(options));
}

Report report() {
  Report made;
  made.tool = {.version = "1.2.3", .libtorch = "2.13.0", .engine = "x86", .threads = 4, .seed = 7};
  made.model = {.path = "/somewhere/net.pt", .sha256 = "abc"};
  made.data.calibration_samples = 64;
  made.accuracy.samples = 100;
  made.accuracy.metrics = {{"top1", "top-1", "%", Better::kHigher, Against::kLabels}};
  made.accuracy.ladder = {{.name = "int8", .values = {{"top1", 91.5}}}};
  return made;
}

}  // namespace

TEST_CASE("a recipe has what decides numbers, and no paths, data, reports or gates") {
  PtqOptions plain, other;
  other.model = "net.pt";
  other.data = "npz:x.npz";
  other.output = "out";
  other.from_calibration = "calibration.json";
  other.gates.max_drop = 0.5;
  other.ci.junit = "gates.xml";
  other.blame_samples = 3;
  CHECK(recipe(plain) == recipe(other));
  other.recipe.weight_bits = 4;
  CHECK(recipe(plain) != recipe(other));
  std::string keys;
  for (const auto& [key, value] : recipe(plain)) keys += key + " ";
  CHECK_THAT(keys, contains("quantize.weight_bits ") && contains("calibrate.samples ") &&
                       !contains("gates.") && !contains("model "));
}

TEST_CASE("a manifest tells where a file comes from, without times and paths") {
  const auto text = manifest_of(report(), "libtorch", "def", {{"quantize.weight_bits", "4"}});
  const auto json = nlohmann::ordered_json::parse(text);
  CHECK(json.at("model").at("sha256") == "abc");
  CHECK(json.at("data").at("sha256") == "def");
  CHECK(json.at("target") == "libtorch");
  CHECK(json.at("recipe").at("quantize.weight_bits") == "4");
  CHECK(json.at("ladder").at(0).at("values").at("top1") == 91.5);
  CHECK(text.find("somewhere") == std::string::npos);
  CHECK_FALSE(json.contains("weights"));
  CHECK_THAT(manifest_of(report(), "openvino", "def", {}, "fed"), contains("\"weights\"") && contains("fed"));
  auto later = report();
  later.tool.threads = 8;
  later.model.path = "elsewhere.pt";
  later.timing.latency = ReportLatency{.float_ms = 4, .int8_ms = 2};
  CHECK(manifest_of(later, "libtorch", "def", {{"quantize.weight_bits", "4"}}) == text);
}

TEST_CASE("what is not known is null") {
  const auto json = nlohmann::ordered_json::parse(manifest_of({}, "libtorch", "", {}));
  CHECK(json.at("model").at("sha256").is_null());
  CHECK(json.at("data").at("sha256").is_null());
  CHECK(json.at("recipe").dump() == "{}");
}
