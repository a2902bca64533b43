#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "report/job/json_parts.h"
#include "report/job/report.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

Json tool_json(const ReportTool& tool) {
  return {{"version", tool.version},           {"libtorch", tool.libtorch}, {"engine", tool.engine},
          {"cpu_features", tool.cpu_features}, {"threads", tool.threads},   {"seed", tool.seed}};
}

Json output_json(const ReportOutput& output) {
  return {{"cosine", nullable(output.cosine)},
          {"sqnr_db", nullable(output.sqnr_db)},
          {"channels", output.channels},
          {"worst_channel", nullable(output.worst_channel)},
          {"worst_sqnr_db", nullable(output.worst_sqnr_db)},
          {"constant_channels", output.constant_channels}};
}

Json rung_json(const Rung& rung, const std::vector<MetricInfo>& metrics) {
  return {{"name", rung.name},
          {"values", values_json(metrics, rung.values)},
          {"cosine", nullable(rung.cosine)},
          {"sqnr_db", nullable(rung.sqnr_db)},
          {"outputs", array_json(rung.outputs, output_json)}};
}

Json accuracy_json(const ReportAccuracy& accuracy) {
  Json ladder = Json::array();
  for (const auto& rung : accuracy.ladder) ladder.push_back(rung_json(rung, accuracy.metrics));
  Json drop = nullptr;
  if (accuracy.drop)
    drop = {{"value", accuracy.drop->value},
            {"low", nullable(accuracy.drop->low)},
            {"high", nullable(accuracy.drop->high)}};
  const MetricInfo* metric = accuracy.metric();
  return {{"metric", metric ? Json(metric->name) : Json(nullptr)},
          {"metrics", array_json(accuracy.metrics, metric_json)},
          {"samples", accuracy.samples},
          {"ladder", ladder},
          {"drop", drop}};
}

Json epoch_json(const ReportEpoch& epoch) {
  return {{"epoch", epoch.epoch},
          {"loss", epoch.loss},
          {"score", epoch.score},
          {"validation_score", epoch.validation_score},
          {"learning_rate", epoch.learning_rate},
          {"best", epoch.best}};
}

Json simulated_json(const std::optional<SimulatedVsInt8>& difference) {
  if (!difference) return nullptr;
  return {{"max_steps", difference->max_steps},
          {"differing", difference->differing},
          {"same_top1", nullable(difference->same_top1)},
          {"max_difference", difference->max_difference}};
}

Json target_json(const ReportTarget& target) {
  return {{"name", target.name},
          {"file", target.file},
          {"bytes", target.bytes},
          {"rung", target.rung},
          {"runtime", target.runtime.empty() ? Json(nullptr) : Json(target.runtime)},
          {"simulated", simulated_json(target.simulated)}};
}

Json histogram_json(const ReportHistogram& histogram) {
  return {{"low", histogram.low}, {"width", histogram.width}, {"counts", histogram.counts}};
}

Json layer_json(const ReportLayer& layer) {
  const bool quantized = !layer.scheme.empty();
  return {{"site", layer.site},
          {"layer", layer.layer},
          {"op", layer.op},
          {"scheme", quantized ? Json(layer.scheme) : Json(nullptr)},
          {"scale_min", nullable(layer.scale_min)},
          {"scale_max", nullable(layer.scale_max)},
          {"zero_point", nullable(layer.zero_point)},
          {"low", nullable(layer.low)},
          {"high", nullable(layer.high)},
          {"sqnr_db", nullable(layer.sqnr_db)},
          {"damage", nullable(layer.damage)},
          {"clipped", nullable(layer.clipped)},
          {"histogram", layer.histogram ? histogram_json(*layer.histogram) : Json(nullptr)},
          {"reason", layer.reason.empty() ? Json(nullptr) : Json(layer.reason)}};
}

Json blame_json(const ReportBlame& blame) {
  return {{"layer", blame.layer},
          {"op", blame.op},
          {"damage", blame.damage},
          {"alone", quality_json(blame.alone)},
          {"gain", quality_json(blame.gain)},
          {"causes",
           {{"weight_rounding", blame.causes.weight_rounding},
            {"activation_clipping", blame.causes.activation_clipping},
            {"activation_rounding", blame.causes.activation_rounding}}}};
}

Json recommendation_json(const Recommendation& recommendation) {
  return {{"text", recommendation.text},
          {"rules", recommendation.rules},
          {"flags", recommendation.flags.empty() ? Json(nullptr) : Json(recommendation.flags)},
          {"gain", quality_json(recommendation.gain)}};
}

Json improvement_json(const ReportImprovement& improvement) {
  return {{"name", improvement.name},
          {"kept", improvement.kept},
          {"why", improvement.why.empty() ? Json(nullptr) : Json(improvement.why)},
          {"before_db", nullable(improvement.before_db)},
          {"after_db", nullable(improvement.after_db)}};
}

template <class T>
Json object(const std::vector<std::pair<std::string, T>>& pairs) {
  Json result = Json::object();
  for (const auto& [key, value] : pairs) result[key] = value;
  return result;
}

Json latency_json(const std::optional<ReportLatency>& latency) {
  if (!latency) return nullptr;
  const auto operator_json = [](const ReportOperatorTime& time) {
    return Json{{"name", time.name}, {"calls", time.calls}, {"ms", time.ms}};
  };
  return {{"float", latency->float_ms},
          {"folded", nullable(latency->folded_ms)},
          {"int8", latency->int8_ms},
          {"batch", latency->batch},
          {"operators",
           {{"float", array_json(latency->float_operators, operator_json)},
            {"int8", array_json(latency->int8_operators, operator_json)}}}};
}

Json region_json(const ReportRegion& region) {
  return {{"layers", region.layers},
          {"batch", region.batch},
          {"float_ms", region.float_ms},
          {"int8_ms", region.int8_ms}};
}

Json blame_list_json(const std::optional<ReportBlameList>& list) {
  if (!list) return nullptr;
  return {{"samples", list->samples},
          {"all", quality_json(list->all)},
          {"layers", array_json(list->layers, blame_json)},
          {"recommendations", array_json(list->recommendations, recommendation_json)}};
}

/// The position behind the text that begins with the quote at `begin`.
size_t end_of_text(const std::string& json, size_t begin) {
  size_t i = begin + 1;
  while (json[i] != '"') i += json[i] == '\\' ? 2 : 1;
  return i + 1;
}

/// The position behind the list of numbers that begins at `begin`; `begin` where it holds something else.
size_t end_of_numbers(const std::string& json, size_t begin) {
  const size_t end = json.find_first_not_of(" \n,-+.0123456789eE", begin + 1);
  return json[begin] == '[' && json[end] == ']' ? end + 1 : begin;
}

/// Lists of numbers on one line, where dump() would give each number its own.
std::string with_compact_numbers(const std::string& json) {
  std::string out;
  for (size_t i = 0; i < json.size();) {
    const size_t end = json[i] == '"' ? end_of_text(json, i) : end_of_numbers(json, i);
    const bool is_list = end > i && json[i] == '[';
    const auto begin = json.begin() + static_cast<ptrdiff_t>(i);
    const auto stop = json.begin() + static_cast<ptrdiff_t>(std::max(end, i + 1));
    std::copy_if(begin, stop, std::back_inserter(out),
                 [&](char c) { return !is_list || (c != ' ' && c != '\n'); });
    i = std::max(end, i + 1);
  }
  return out;
}

}  // namespace

std::string to_json(const Report& report) {
  Json json;
  json["schema"] = kReportSchema;
  json["qtool"] = tool_json(report.tool);
  json["model"] = {{"path", report.model.path}, {"sha256", report.model.sha256}};
  json["data"] = {{"spec", report.data.spec}, {"calibration_samples", report.data.calibration_samples}};
  add_arrival(json["data"], report.data.inputs, report.data.notes);
  json["accuracy"] = accuracy_json(report.accuracy);
  if (!report.curve.empty())
    json["training"] = {{"metric", metric_json(report.curve_metric)},
                        {"epochs", array_json(report.curve, epoch_json)}};
  json["simulated_vs_int8"] = simulated_json(report.simulated_vs_int8);
  json["targets"] = array_json(report.targets, target_json);
  json["improvements"] = array_json(report.improvements, improvement_json);
  json["size_bytes"] = {
      {"float", report.size.float_bytes}, {"int8", report.size.int8_bytes}, {"ratio", report.size.ratio()}};
  json["blame"] = blame_list_json(report.blame);
  json["layers"] = array_json(report.layers, layer_json);
  json["settings"] = object(report.settings);
  json["setting_origins"] = report.setting_origins;
  json["gates"] = array_json(report.gates, gate_json);
  json["warnings"] = report.warnings;
  json["files"] = array_json(report.files, [](const ReportFile& file) {
    return Json{{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}};
  });
  json["latency_ms"] = latency_json(report.timing.latency);
  json["slow_regions"] = array_json(report.timing.slow_regions, region_json);
  json["latency_ms_of_files"] = object(report.timing.files_ms);
  json["improvements_s"] = object(report.timing.improvements_s);
  json["stages_s"] = object(report.timing.stages_s);
  json["peak_rss_bytes"] = report.timing.peak_rss_bytes;
  return with_compact_numbers(json_text(json));
}

}  // namespace qtool
