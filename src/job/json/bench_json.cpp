#include "job/json/bench_json.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "report/job/json_node.h"
#include "report/job/json_parts.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

const JsonOrigin kBenchJson = printed_by("bench");

Json row_json(const BenchRow& row) {
  const Latency& latency = row.latency;
  Json json = {{"model", latency.name},
               {"runtime", row.runtime},
               {"batch", latency.batch},
               {"runs", latency.runs},
               {"median_ms", latency.median_ms},
               {"min_ms", latency.min_ms},
               {"lower_quartile_ms", latency.lower_quartile_ms},
               {"upper_quartile_ms", latency.upper_quartile_ms},
               {"ratio", row.ratio}};
  for (const OperatorTime& entry : row.operators.entries)
    json["operators"].push_back(
        {{"name", entry.name}, {"calls", entry.calls}, {"total_ms", entry.total_ms}, {"share", entry.share}});
  return json;
}

BenchRow row_from(const JsonNode& node) {
  return {.latency = {.name = node.at("model").text(),
                      .batch = node.at("batch").whole(),
                      .runs = node.at("runs").whole(),
                      .min_ms = node.at("min_ms").number(),
                      .lower_quartile_ms = node.at("lower_quartile_ms").number(),
                      .median_ms = node.at("median_ms").number(),
                      .upper_quartile_ms = node.at("upper_quartile_ms").number()},
          .runtime = node.at("runtime").text(),
          .ratio = node.at("ratio").number()};
}

}  // namespace

std::string to_json(const BenchResult& result) {
  Json json = {{"schema", 1}, {"rows", Json::array()}};
  for (const BenchRow& row : result.rows) json["rows"].push_back(row_json(row));
  add_arrival(json["data"], result.arrival.inputs, result.arrival.notes);
  json["warnings"] = result.warnings;
  return json_text(json);
}

BenchResult read_bench_json(const std::string& text) {
  const Json json = read_json(text, kBenchJson);
  const JsonNode root(kBenchJson, json);
  return {.rows = root.at("rows").list(row_from), .warnings = root.at("warnings").list(text_from)};
}

}  // namespace qtool
