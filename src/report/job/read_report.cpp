#include "report/job/read_report.h"

#include "base/atomic_file.h"
#include "report/job/json_node.h"
#include "report/job/schema_2.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWhat = "this is not a report.json that qtool can use";

ReportOutput output_from(const JsonNode& node) {
  return {.cosine = node.at("cosine").optional_number(),
          .sqnr_db = node.at("sqnr_db").optional_number(),
          .channels = node.at("channels").whole(),
          .worst_channel = node.at("worst_channel").optional_whole(),
          .worst_sqnr_db = node.at("worst_sqnr_db").optional_number(),
          .constant_channels =
              node.at("constant_channels").list([](const JsonNode& channel) { return channel.whole(); })};
}

std::vector<ReportOutput> outputs_from(const JsonNode& node) {
  return node.is_null() ? std::vector<ReportOutput>() : node.list(output_from);
}

Rung rung_from(const JsonNode& node) {
  return {.name = node.at("name").text(),
          .values = values_from(node.at("values")),
          .cosine = node.at("cosine").optional_number(),
          .sqnr_db = node.at("sqnr_db").optional_number(),
          .outputs = outputs_from(node.at_or_null("outputs"))};
}

ReportAccuracy accuracy_from(const JsonNode& node) {
  ReportAccuracy accuracy{.metrics = node.at("metrics").list(metric_from),
                          .samples = node.at("samples").whole()};
  accuracy.ladder = node.at("ladder").list(rung_from);
  if (const auto drop = node.at("drop"); !drop.is_null())
    accuracy.drop = ReportDrop{drop.at("value").number(), drop.at("low").optional_number(),
                               drop.at("high").optional_number()};
  return accuracy;
}

ReportQuality quality_from(const JsonNode& node) {
  return {node.at("sqnr_db").number_or_infinity(), node.at("agreement").optional_number()};
}

ReportBlame blame_from(const JsonNode& node) {
  const auto causes = node.at("causes");
  return {.layer = node.at("layer").text(),
          .op = node.at("op").text(),
          .damage = node.at("damage").number(),
          .alone = quality_from(node.at("alone")),
          .gain = quality_from(node.at("gain")),
          .causes = {causes.at("weight_rounding").number(), causes.at("activation_clipping").number(),
                     causes.at("activation_rounding").number()}};
}

std::optional<ReportBlameList> blame_list_from(const JsonNode& node) {
  if (node.is_null()) return std::nullopt;
  return ReportBlameList{.samples = node.at("samples").whole(),
                         .all = quality_from(node.at("all")),
                         .layers = node.at("layers").list(blame_from)};
}

ReportLayer layer_from(const JsonNode& node) {
  return {.site = node.at("site").text(),
          .layer = node.at("layer").text(),
          .op = node.at("op").text(),
          .scheme = node.at("scheme").text_or_empty(),
          .scale_min = node.at("scale_min").optional_number(),
          .scale_max = node.at("scale_max").optional_number(),
          .zero_point = node.at("zero_point").optional_whole(),
          .low = node.at("low").optional_number(),
          .high = node.at("high").optional_number(),
          .sqnr_db = node.at("sqnr_db").optional_number(),
          .damage = node.at("damage").optional_number(),
          .clipped = node.at("clipped").optional_number(),
          .reason = node.at("reason").text_or_empty()};
}

std::optional<ReportLatency> latency_from(const JsonNode& node) {
  if (node.is_null()) return std::nullopt;
  return ReportLatency{.float_ms = node.at("float").number(),
                       .folded_ms = node.at_or_null("folded").optional_number(),
                       .int8_ms = node.at("int8").number(),
                       .batch = node.at("batch").whole()};
}

ReportTool tool_from(const JsonNode& node) {
  return {.version = node.at("version").text(),
          .libtorch = node.at("libtorch").text(),
          .engine = node.at("engine").text(),
          .cpu_features = node.at("cpu_features").list(text_from),
          .threads = node.at("threads").whole(),
          .seed = node.at("seed").whole()};
}

Report report_from(const JsonNode& root) {
  Report report;
  report.tool = tool_from(root.at("qtool"));
  report.model = {root.at("model").at("path").text(), root.at("model").at("sha256").text()};
  report.data = {root.at("data").at("spec").text(), root.at("data").at("calibration_samples").whole()};
  report.accuracy = accuracy_from(root.at("accuracy"));
  report.size = {root.at("size_bytes").at("float").whole(), root.at("size_bytes").at("int8").whole()};
  report.blame = blame_list_from(root.at("blame"));
  report.layers = root.at("layers").list(layer_from);
  report.settings = root.at("settings").texts();
  report.gates = root.at("gates").list(gate_from);
  report.warnings = root.at("warnings").list(text_from);
  report.timing.latency = latency_from(root.at("latency_ms"));
  return report;
}

[[noreturn]] void refuse_file(const std::string& path, const std::string& got, const std::string& fix) {
  throw Error(ErrorKind::kUsage,
              {.what = kWhat,
               .where = path,
               .got = got,
               .expected = "JSON with schema " + std::to_string(kReportSchema) + " or " +
                           std::to_string(kSchemaOfFractions) + ", as qtool ptq and qtool qat write it",
               .fix = fix});
}

}  // namespace

Report read_report_text(const std::string& text, const std::string& path) {
  Json json;
  if (const auto problem = parse_json(text, json); !problem.empty())
    refuse_file(path, problem, "name the report.json of a job's folder");
  const auto schema = json.is_object() ? json.find("schema") : json.end();
  if (schema == json.end() || !schema->is_number_integer())
    refuse_file(path, "JSON without a schema", "name the report.json of a job's folder");
  if (*schema == kSchemaOfFractions) upgrade_fractions(json);
  if (*schema != kReportSchema)
    refuse_file(path, "schema " + json_line(*schema), "run the job again with this qtool");
  const JsonOrigin origin{path, kWhat, "name a report.json that qtool ptq or qtool qat has written"};
  return report_from(JsonNode(origin, json));
}

Report read_report(const std::string& path) { return read_report_text(read_file(path), path); }

}  // namespace qtool
