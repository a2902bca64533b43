#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "base/names.h"
#include "report/job/json_parts.h"
#include "report/tune/tune_report.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kSchema = 1;

template <class Elements, class ToJson>
Json array(const Elements& elements, ToJson to_element) {
  Json result = Json::array();
  for (const auto& element : elements) result.push_back(to_element(element));
  return result;
}

template <class Read>
auto list(const Json& json, Read read) {
  std::vector<decltype(read(json))> result;
  for (const auto& element : json) result.push_back(read(element));
  return result;
}

template <class T>
std::optional<T> optional(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<T>());
}

/// NaN and infinity are null in JSON: what cannot be compared is infinitely bad.
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::infinity() : json.get<double>();
}

Json choice_json(const TuneChoice& choice) {
  // An infinite noise is null, one that was not measured has no key.
  Json json = {{"bits", choice.bits}, {"bytes", choice.bytes}};
  if (choice.noise) json["noise"] = *choice.noise;
  return json;
}
TuneChoice read_choice(const Json& json) {
  TuneChoice choice{.bits = json.at("bits").get<int64_t>(), .bytes = json.at("bytes").get<int64_t>()};
  if (json.contains("noise")) choice.noise = number(json.at("noise"));
  return choice;
}

Json layer_json(const TuneLayer& layer) {
  return {{"name", layer.name},
          {"kind", layer.kind},
          {"weights", layer.weights},
          {"choices", array(layer.choices, choice_json)}};
}
TuneLayer read_layer(const Json& json) {
  return {json.at("name").get<std::string>(), json.at("kind").get<std::string>(),
          json.at("weights").get<int64_t>(), list(json.at("choices"), read_choice)};
}

Json drop_json(const TuneDrop& drop) {
  return {{"value", drop.value},
          {"low", nullable(drop.low)},
          {"high", nullable(drop.high)},
          {"samples", drop.samples}};
}
TuneDrop read_drop(const Json& json) {
  return {number(json.at("value")), optional<double>(json.at("low")), optional<double>(json.at("high")),
          json.at("samples").get<int64_t>()};
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
TuneTrial read_trial(const Json& json) {
  TuneTrial trial{.bits = json.at("bits").get<std::vector<int64_t>>(),
                  .quick = json.at("quick").get<bool>(),
                  .simulated = read_drop(json.at("simulated"))};
  if (const auto& drop = json.at("drop"); !drop.is_null()) trial.drop = read_drop(drop);
  trial.bytes = optional<int64_t>(json.at("bytes"));
  trial.latency_ms = optional<double>(json.at("latency_ms"));
  trial.sha256 = json.at("sha256").get<std::string>();
  trial.seconds = json.at("seconds").get<double>();
  return trial;
}

MetricInfo read_metric(const Json& json) {
  return {json.at("name").get<std::string>(), json.at("title").get<std::string>(),
          json.at("unit").get<std::string>(),
          parse_name<Better>(json.at("better").get<std::string>(), "better"),
          parse_name<Against>(json.at("against").get<std::string>(), "against")};
}

/// Places that point into lists are checked: the file may be anybody's.
void check_places(const TuneReport& report) {
  if (report.best && *report.best >= report.trials.size()) throw std::out_of_range("best is no trial");
  for (const auto& trial : report.trials)
    if (trial.bits.size() != report.layers.size())
      throw std::out_of_range("a trial has bits of other layers");
}

TuneReport read(const Json& json) {
  if (json.at("schema").get<int64_t>() != kSchema) throw std::out_of_range("it has another schema");
  TuneReport report;
  for (const auto& [key, value] : json.at("identity").items())
    report.identity.emplace_back(key, value.get<std::string>());
  report.model = json.at("model").get<std::string>();
  report.data = json.at("data").get<std::string>();
  report.metric = read_metric(json.at("metric"));
  report.max_drop = json.at("max_drop").get<double>();
  report.float_bytes = json.at("float_bytes").get<int64_t>();
  report.calibrator = json.at("calibrator").get<std::string>();
  report.calibrators = list(json.at("calibrators"), [](const Json& row) {
    return TuneCalibrator{row.at("name").get<std::string>(), number(row.at("sqnr_db"))};
  });
  report.layers = list(json.at("layers"), read_layer);
  report.trials = list(json.at("trials"), read_trial);
  if (const auto& best = json.at("best"); !best.is_null()) report.best = best.get<size_t>();
  report.finished = json.at("finished").get<bool>();
  check_places(report);
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
                    {"calibrators", array(report.calibrators,
                                          [](const TuneCalibrator& row) {
                                            return Json{{"name", row.name}, {"sqnr_db", row.sqnr_db}};
                                          })},
                    {"layers", array(report.layers, layer_json)},
                    {"trials", trials},
                    {"best", nullable(report.best)},
                    {"front", tune_front(report)}});
}

TuneReport read_tune_report(const std::string& text, const std::string& path) {
  const auto refuse = [&](const std::string& got) -> void {
    throw Error(ErrorKind::kUsage, {.what = "the file does not tell of a search",
                                    .where = path,
                                    .got = got,
                                    .expected = "what qtool tune of this version writes",
                                    .fix = "remove it to begin again, or choose another folder with -o"});
  };
  Json json;
  if (const auto problem = parse_json(text, json); !problem.empty()) refuse(problem);
  TuneReport report;
  try {
    report = read(json);
  } catch (const Json::exception& error) {
    refuse(json_problem(error));
  } catch (const std::out_of_range& error) {
    refuse(error.what());
  }
  return report;
}

}  // namespace qtool
