#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "report/job/json_node.h"
#include "report/job/json_parts.h"
#include "report/tune/tune_report.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kSchema = 1;

[[noreturn]] void refuse(const JsonOrigin& origin, const std::string& got) {
  throw Error(ErrorKind::kUsage, {.what = origin.what,
                                  .where = origin.file,
                                  .got = got,
                                  .expected = "what qtool tune of this version writes",
                                  .fix = origin.fix});
}

Json choice_json(const TuneChoice& choice) {
  // An infinite noise is null, one that was not measured has no key.
  Json json = {{"bits", choice.bits}, {"bytes", choice.bytes}};
  if (choice.noise) json["noise"] = *choice.noise;
  return json;
}
TuneChoice choice_from(const JsonNode& node) {
  TuneChoice choice{.bits = node.at("bits").whole(), .bytes = node.at("bytes").whole()};
  if (node.has("noise")) choice.noise = node.at("noise").number_or_infinity();
  return choice;
}

Json tune_layer_json(const TuneLayer& layer) {
  return {{"name", layer.name},
          {"kind", layer.kind},
          {"weights", layer.weights},
          {"choices", array_json(layer.choices, choice_json)}};
}
TuneLayer tune_layer_from(const JsonNode& node) {
  return {.name = node.at("name").text(),
          .kind = node.at("kind").text(),
          .weights = node.at("weights").whole(),
          .choices = node.at("choices").list(choice_from)};
}

Json drop_json(const TuneDrop& drop) {
  return {{"value", drop.value},
          {"low", nullable(drop.low)},
          {"high", nullable(drop.high)},
          {"samples", drop.samples}};
}
/// What cannot be compared is infinitely bad.
TuneDrop drop_from(const JsonNode& node) {
  return {.value = node.at("value").number_or_infinity(),
          .low = node.at("low").optional_number(),
          .high = node.at("high").optional_number(),
          .samples = node.at("samples").whole()};
}

Json trial_json(const TuneReport& report, size_t index) {
  const auto& trial = report.trials[index];
  return {{"bits", trial.bits},
          {"quick", trial.quick},
          {"simulated", drop_json(trial.simulated)},
          {"drop", trial.drop ? drop_json(*trial.drop) : Json(nullptr)},
          {"bytes", nullable(trial.bytes)},
          {"latency_ms", nullable(trial.latency_ms)},
          {"sha256", trial.sha256},
          {"seconds", trial.seconds},
          {"result", tune_verdict(report, index)}};
}
TuneTrial trial_from(const JsonNode& node) {
  TuneTrial trial{.bits = node.at("bits").list([](const JsonNode& bits) { return bits.whole(); }),
                  .quick = node.at("quick").truth(),
                  .simulated = drop_from(node.at("simulated"))};
  if (const auto drop = node.at("drop"); !drop.is_null()) trial.drop = drop_from(drop);
  trial.bytes = node.at("bytes").optional_whole();
  trial.latency_ms = node.at("latency_ms").optional_number();
  trial.sha256 = node.at("sha256").text();
  trial.seconds = node.at("seconds").number();
  return trial;
}

TuneCalibrator calibrator_from(const JsonNode& node) {
  return {.name = node.at("name").text(), .sqnr_db = node.at("sqnr_db").number_or_infinity()};
}

/// Places that point into lists are checked: the file may be anybody's.
void check_places(const TuneReport& report, const JsonOrigin& origin) {
  if (report.best && *report.best >= report.trials.size()) refuse(origin, "best is no trial");
  for (const auto& trial : report.trials)
    if (trial.bits.size() != report.layers.size()) refuse(origin, "a trial has bits of other layers");
}

TuneReport tune_report_from(const JsonNode& root) {
  TuneReport report{.identity = root.at("identity").texts(),
                    .model = root.at("model").text(),
                    .data = root.at("data").text(),
                    .metric = metric_from(root.at("metric")),
                    .max_drop = root.at("max_drop").number(),
                    .float_bytes = root.at("float_bytes").whole(),
                    .calibrator = root.at("calibrator").text(),
                    .calibrators = root.at("calibrators").list(calibrator_from),
                    .layers = root.at("layers").list(tune_layer_from),
                    .trials = root.at("trials").list(trial_from),
                    .finished = root.at("finished").truth()};
  if (const auto best = root.at("best").optional_whole()) report.best = static_cast<size_t>(*best);
  return report;
}

}  // namespace

std::string tune_json(const TuneReport& report) {
  Json trials = Json::array();
  for (size_t i = 0; i < report.trials.size(); ++i) trials.push_back(trial_json(report, i));
  Json identity = Json::object();
  for (const auto& [key, value] : report.identity) identity[key] = value;
  return json_text({{"schema", kSchema},
                    {"identity", identity},
                    {"model", report.model},
                    {"data", report.data},
                    {"metric", metric_json(report.metric)},
                    {"max_drop", report.max_drop},
                    {"met", report.is_met()},
                    {"finished", report.finished},
                    {"float_bytes", report.float_bytes},
                    {"calibrator", report.calibrator},
                    {"calibrators", array_json(report.calibrators,
                                               [](const TuneCalibrator& row) {
                                                 return Json{{"name", row.name}, {"sqnr_db", row.sqnr_db}};
                                               })},
                    {"layers", array_json(report.layers, tune_layer_json)},
                    {"trials", trials},
                    {"best", nullable(report.best)},
                    {"front", tune_front(report)}});
}

TuneReport read_tune_report(const std::string& text, const std::string& path) {
  const JsonOrigin origin{path, "the file does not tell of a search",
                          "remove it to begin again, or choose another folder with -o"};
  const Json json = read_json(text, origin);
  const JsonNode root(origin, json);
  if (root.at("schema").whole() != kSchema) refuse(origin, "it has another schema");
  auto report = tune_report_from(root);
  check_places(report, origin);
  return report;
}

}  // namespace qtool
