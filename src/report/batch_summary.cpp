#include "report/batch_summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/option_value.h"
#include "report/markdown_table.h"
#include "report/nullable.h"
#include "report/pareto.h"
#include "report/report_text.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<MarkdownTable::Column> kColumns = {{"job"},
                                                     {"task"},
                                                     {"top-1", true},
                                                     {"drop, points", true},
                                                     {"same top-1", true},
                                                     {"size", true},
                                                     {"latency", true},
                                                     {"time", true},
                                                     {"verdict"}};

std::string drop_text(const JobMetrics& metrics) {
  if (!metrics.drop) return "-";
  std::string text = fixed(*metrics.drop * 100, 2);
  if (metrics.drop_low && metrics.drop_high)
    text += " (" + fixed(*metrics.drop_low * 100, 2) + " to " + fixed(*metrics.drop_high * 100, 2) + ")";
  return text;
}

std::string latency_text(const JobMetrics& metrics) {
  if (!metrics.latency_ms) return "-";
  return fixed(*metrics.latency_ms, 2) + " ms" +
         (metrics.batch ? " / " + std::to_string(*metrics.batch) : "");
}

std::vector<std::string> cells_of(const SummaryRow& row) {
  const JobMetrics& metrics = row.metrics;
  return {row.job,
          row.task,
          percent_or_dash(metrics.accuracy),
          drop_text(metrics),
          percent_or_dash(metrics.agreement),
          metrics.size_ratio ? fixed(*metrics.size_ratio, 3) : "-",
          latency_text(metrics),
          row.verdict == Verdict::kSkipped ? "-" : fixed(row.seconds, 1) + " s",
          verdict_text(row)};
}

/// Names of the jobs on the front of accuracy against what `cost` gives, from cheap to good.
template <class Cost>
std::vector<std::string> front_of(const BatchSummary& summary, Cost cost) {
  std::vector<ParetoPoint> points;
  std::vector<std::string> names, front;
  for (const auto& row : summary.rows) {
    if (!row.metrics.accuracy || !cost(row.metrics)) continue;
    points.push_back({double(*cost(row.metrics)), *row.metrics.accuracy});
    names.push_back(row.job);
  }
  for (const size_t i : pareto_front(points)) front.push_back(names[i]);
  return front;
}

std::vector<std::string> latency_front(const BatchSummary& summary) {
  return front_of(summary, [](const JobMetrics& metrics) { return metrics.latency_ms; });
}
std::vector<std::string> size_front(const BatchSummary& summary) {
  return front_of(summary, [](const JobMetrics& metrics) { return metrics.bytes; });
}

Json row_json(const SummaryRow& row) {
  const JobMetrics& metrics = row.metrics;
  return {{"job", row.job},
          {"task", row.task},
          {"verdict", to_string(row.verdict)},
          {"reason", row.reason},
          {"unchanged", row.unchanged},
          {"exit_code", row.exit_code},
          {"accuracy", nullable(metrics.accuracy)},
          {"drop", nullable(metrics.drop)},
          {"drop_low", nullable(metrics.drop_low)},
          {"drop_high", nullable(metrics.drop_high)},
          {"agreement", nullable(metrics.agreement)},
          {"size_ratio", nullable(metrics.size_ratio)},
          {"bytes", nullable(metrics.bytes)},
          {"failed_gates", metrics.failed_gates},
          {"output", row.output},
          {"latency_ms", nullable(metrics.latency_ms)},
          {"batch", nullable(metrics.batch)},
          {"seconds", row.seconds}};
}

std::string csv_field(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_array()) return csv_field(Json(join(value.get<std::vector<std::string>>(), ";")));
  if (!value.is_string()) return value.dump();
  std::string text = value.get<std::string>(), quoted = "\"";
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string verdict_text(const SummaryRow& row) {
  return to_string(row.verdict) + (row.reason.empty() ? "" : ": " + row.reason) +
         (row.unchanged ? ", unchanged" : "");
}

std::vector<std::vector<std::string>> summary_cells(const BatchSummary& summary) {
  std::vector<std::vector<std::string>> cells(1);
  for (const auto& column : kColumns) cells[0].push_back(column.title);
  for (const auto& row : summary.rows) cells.push_back(cells_of(row));
  return cells;
}

std::string summary_markdown(const BatchSummary& summary) {
  MarkdownTable table(kColumns);
  for (const auto& row : summary.rows) table.add(cells_of(row));
  std::string text = "# Batch " + summary.config + "\n\n" + table.text();
  const auto latency = latency_front(summary), size = size_front(summary);
  if (!latency.empty()) text += "Best accuracy for its latency (Pareto front): " + join(latency) + "\n\n";
  if (!size.empty()) text += "Best accuracy for its size (Pareto front): " + join(size) + "\n\n";
  return text +
         "Top-1 is that of the int8 model, or of the model that was trained (on held-out data) or evaluated. "
         "The drop is "
         "float's\ntop-1 minus int8's, with its 95 % confidence interval. Size is int8 / float; latency the "
         "median of one "
         "batch, with its\nnumber of samples.\n";
}

std::string summary_csv(const BatchSummary& summary) {
  std::string text;
  const Json titles = row_json({});
  for (const auto& [key, value] : titles.items()) text += (text.empty() ? "" : ",") + key;
  text += "\r\n";
  for (const auto& row : summary.rows) {
    std::vector<std::string> fields;
    const Json json = row_json(row);
    for (const auto& [key, value] : json.items()) fields.push_back(csv_field(value));
    text += join(fields, ",") + "\r\n";
  }
  return text;
}

std::string summary_json(const BatchSummary& summary) {
  Json json = {{"schema", 1}, {"config", summary.config}, {"jobs", Json::array()}};
  for (const auto& row : summary.rows) json["jobs"].push_back(row_json(row));
  json["pareto"] = {{"latency", latency_front(summary)}, {"size", size_front(summary)}};
  json["exit_code"] = exit_code_of(summary);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

int exit_code_of(const BatchSummary& summary) {
  int worst = 0;
  for (const auto& row : summary.rows) worst = std::max(worst, row.exit_code);
  return worst;
}

}  // namespace qtool
