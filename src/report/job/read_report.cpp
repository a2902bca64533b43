#include "report/job/read_report.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/names.h"
#include "report/job/schema_2.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

/// A value of the file, and the way to it.
class Node {
 public:
  Node(const std::string& file, const Json& json, std::string path)
      : file_(file), json_(json), path_(std::move(path)) {}

  [[nodiscard]] Node at(const std::string& key) const {
    require(json_.is_object(), "an object");
    const auto found = json_.find(key);
    if (found == json_.end()) refuse(join_path(key), "no such key", "the key " + key);
    return {file_, *found, join_path(key)};
  }

  /// For keys that earlier versions did not write: null where there is no such key.
  [[nodiscard]] Node at_or_null(const std::string& key) const {
    static const Json null;
    require(json_.is_object(), "an object");
    const auto found = json_.find(key);
    return {file_, found == json_.end() ? null : *found, join_path(key)};
  }

  [[nodiscard]] bool is_null() const { return json_.is_null(); }

  [[nodiscard]] std::string text() const {
    require(json_.is_string(), "text");
    return json_.get<std::string>();
  }
  [[nodiscard]] std::string text_or_empty() const { return is_null() ? "" : text(); }
  [[nodiscard]] double number() const {
    require(json_.is_number(), "a number");
    return json_.get<double>();
  }
  [[nodiscard]] int64_t whole() const {
    require(json_.is_number_integer(), "a whole number");
    return json_.get<int64_t>();
  }
  [[nodiscard]] bool truth() const {
    require(json_.is_boolean(), "true or false");
    return json_.get<bool>();
  }
  [[nodiscard]] std::optional<double> optional_number() const {
    return is_null() ? std::nullopt : std::optional(number());
  }
  [[nodiscard]] std::optional<int64_t> optional_whole() const {
    return is_null() ? std::nullopt : std::optional(whole());
  }
  /// JSON has no infinity: a ratio of nothing lost is null.
  [[nodiscard]] double decibel() const {
    return is_null() ? std::numeric_limits<double>::infinity() : number();
  }

  template <class Read>
  auto list(Read read) const {
    require(json_.is_array(), "a list");
    std::vector<decltype(read(*this))> elements;
    for (size_t i = 0; i < json_.size(); ++i)
      elements.push_back(read(Node(file_, json_[i], path_ + "[" + std::to_string(i) + "]")));
    return elements;
  }

  /// Keys and values of an object.
  [[nodiscard]] std::vector<std::pair<std::string, Node>> entries() const {
    require(json_.is_object(), "an object");
    std::vector<std::pair<std::string, Node>> pairs;
    for (const auto& [key, value] : json_.items())
      pairs.emplace_back(key, Node(file_, value, join_path(key)));
    return pairs;
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> texts() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& [key, value] : entries()) pairs.emplace_back(key, value.text());
    return pairs;
  }

  /// An enumerator by its name.
  template <class Enum>
  [[nodiscard]] Enum named() const {
    const auto name = text();
    const auto known = names_of<Enum>();
    require(std::find(known.begin(), known.end(), name) != known.end(), "one of " + join(known));
    return parse_name<Enum>(name, path_);
  }

 private:
  [[nodiscard]] std::string join_path(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
  }

  void require(bool holds, const std::string& expected) const {
    if (!holds) refuse(path_.empty() ? "the whole file" : path_, shown(), expected);
  }

  [[nodiscard]] std::string shown() const {
    if (json_.is_structured()) return json_.is_array() ? "a list" : "an object";
    return json_line(json_).substr(0, 60);
  }

  [[noreturn]] void refuse(const std::string& where, const std::string& got,
                           const std::string& expected) const {
    throw Error(ErrorKind::kUsage, {.what = "this is not a report.json that qtool can use",
                                    .where = file_ + ": " + where,
                                    .got = got,
                                    .expected = expected,
                                    .fix = "name a report.json that qtool ptq or qtool qat has written"});
  }

  const std::string& file_;
  const Json& json_;
  std::string path_;
};

ReportOutput output_from(const Node& node) {
  return {.cosine = node.at("cosine").optional_number(),
          .sqnr_db = node.at("sqnr_db").optional_number(),
          .channels = node.at("channels").whole(),
          .worst_channel = node.at("worst_channel").optional_whole(),
          .worst_sqnr_db = node.at("worst_sqnr_db").optional_number(),
          .constant_channels =
              node.at("constant_channels").list([](const Node& channel) { return channel.whole(); })};
}

std::vector<ReportOutput> outputs_from(const Node& node) {
  return node.is_null() ? std::vector<ReportOutput>() : node.list(output_from);
}

MetricInfo metric_from(const Node& node) {
  return {.name = node.at("name").text(),
          .title = node.at("title").text(),
          .unit = node.at("unit").text(),
          .better = node.at("better").named<Better>(),
          .against = node.at("against").named<Against>()};
}

std::map<std::string, double> values_from(const Node& node) {
  std::map<std::string, double> values;
  for (const auto& [name, value] : node.entries())
    if (!value.is_null()) values[name] = value.number();
  return values;
}

Rung rung_from(const Node& node) {
  return {.name = node.at("name").text(),
          .values = values_from(node.at("values")),
          .cosine = node.at("cosine").optional_number(),
          .sqnr_db = node.at("sqnr_db").optional_number(),
          .outputs = outputs_from(node.at_or_null("outputs"))};
}

ReportAccuracy accuracy_from(const Node& node) {
  ReportAccuracy accuracy{.metrics = node.at("metrics").list(metric_from),
                          .samples = node.at("samples").whole()};
  accuracy.ladder = node.at("ladder").list(rung_from);
  if (const auto drop = node.at("drop"); !drop.is_null())
    accuracy.drop = ReportDrop{drop.at("value").number(), drop.at("low").optional_number(),
                               drop.at("high").optional_number()};
  return accuracy;
}

ReportQuality quality_from(const Node& node) {
  return {node.at("sqnr_db").decibel(), node.at("agreement").optional_number()};
}

ReportBlame blame_from(const Node& node) {
  const auto causes = node.at("causes");
  return {.layer = node.at("layer").text(),
          .op = node.at("op").text(),
          .damage = node.at("damage").number(),
          .alone = quality_from(node.at("alone")),
          .gain = quality_from(node.at("gain")),
          .causes = {causes.at("weight_rounding").number(), causes.at("activation_clipping").number(),
                     causes.at("activation_rounding").number()}};
}

std::optional<ReportBlameList> blame_list_from(const Node& node) {
  if (node.is_null()) return std::nullopt;
  return ReportBlameList{.samples = node.at("samples").whole(),
                         .all = quality_from(node.at("all")),
                         .layers = node.at("layers").list(blame_from)};
}

ReportLayer layer_from(const Node& node) {
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

std::optional<ReportLatency> latency_from(const Node& node) {
  if (node.is_null()) return std::nullopt;
  return ReportLatency{.float_ms = node.at("float").number(),
                       .folded_ms = node.at_or_null("folded").optional_number(),
                       .int8_ms = node.at("int8").number(),
                       .batch = node.at("batch").whole()};
}

GateResult gate_from(const Node& node) {
  return {.name = node.at("name").text(),
          .limit = node.at("limit").number(),
          .value = node.at("value").optional_number(),
          .passed = node.at("passed").truth()};
}

ReportTool tool_from(const Node& node) {
  return {.version = node.at("version").text(),
          .libtorch = node.at("libtorch").text(),
          .engine = node.at("engine").text(),
          .cpu_features = node.at("cpu_features").list([](const Node& feature) { return feature.text(); }),
          .threads = node.at("threads").whole(),
          .seed = node.at("seed").whole()};
}

Report report_from(const Node& root) {
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
  report.warnings = root.at("warnings").list([](const Node& warning) { return warning.text(); });
  report.timing.latency = latency_from(root.at("latency_ms"));
  return report;
}

[[noreturn]] void refuse_file(const std::string& path, const std::string& got, const std::string& fix) {
  throw Error(ErrorKind::kUsage,
              {.what = "this is not a report.json that qtool can use",
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
  return report_from(Node(path, json, ""));
}

Report read_report(const std::string& path) { return read_report_text(read_file(path), path); }

}  // namespace qtool
