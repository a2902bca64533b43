#include "report/batch/batch_summary.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "options/option_value.h"
#include "report/batch/pareto.h"
#include "report/html_page.h"
#include "report/job/json_parts.h"
#include "report/job/report_text.h"
#include "report/markdown_table.h"

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

std::string title_of(const BatchSummary& summary) { return "Batch " + summary.config; }

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

/// Jobs that have accuracy and cost.
class Contest {
 public:
  void add(const SummaryRow& row, double cost) {
    points_.push_back({cost, *row.metrics.accuracy});
    names_.push_back(row.job);
  }
  /// Names of those on the Pareto front, from cheap to good.
  [[nodiscard]] std::vector<std::string> front() const {
    std::vector<std::string> names;
    for (const size_t i : pareto_front(points_)) names.push_back(names_[i]);
    return names;
  }

 private:
  std::vector<ParetoPoint> points_ = {};
  std::vector<std::string> names_ = {};
};

/// By size of the batch: times of batches of different sizes cannot be compared.
std::map<std::optional<int64_t>, Contest> latency_contests(const BatchSummary& summary) {
  std::map<std::optional<int64_t>, Contest> contests;
  for (const auto& row : summary.rows)
    if (row.metrics.accuracy && row.metrics.latency_ms)
      contests[row.metrics.batch].add(row, *row.metrics.latency_ms);
  return contests;
}

std::vector<std::string> size_front(const BatchSummary& summary) {
  Contest contest;
  for (const auto& row : summary.rows)
    if (row.metrics.accuracy && row.metrics.bytes) contest.add(row, double(*row.metrics.bytes));
  return contest.front();
}

Json latency_json(const BatchSummary& summary) {
  Json fronts = Json::array();
  for (const auto& [batch, contest] : latency_contests(summary))
    fronts.push_back({{"batch", nullable(batch)}, {"jobs", contest.front()}});
  return fronts;
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
          {"report", row.report.empty() ? Json(nullptr) : Json(row.report)},
          {"latency_ms", nullable(metrics.latency_ms)},
          {"batch", nullable(metrics.batch)},
          {"seconds", row.seconds}};
}

std::string csv_field(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_array()) return csv_field(Json(join(value.get<std::vector<std::string>>(), ";")));
  if (!value.is_string()) return json_line(value);
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

std::string summary_headline(const BatchSummary& summary) {
  std::map<Verdict, size_t> counts;
  for (const auto& row : summary.rows) ++counts[row.verdict];
  const size_t jobs = summary.rows.size();
  const std::string text = std::to_string(jobs) + (jobs == 1 ? " job" : " jobs");
  if (counts[Verdict::kOk] == jobs) return text + ", all ok";
  std::vector<std::string> parts;
  for (const auto& [verdict, count] : counts)
    if (count > 0) parts.push_back(std::to_string(count) + " " + to_string(verdict));
  return text + ": " + join(parts);
}

std::string summary_markdown(const BatchSummary& summary) {
  MarkdownTable table(kColumns);
  for (const auto& row : summary.rows) {
    const auto cells = cells_of(row);
    table.add({cells.begin(), cells.end()});
  }
  std::string text = "# " + Markdown(title_of(summary)).source() + "\n\n" + summary_headline(summary) +
                     "\n\n" + table.text();
  const auto front = [&](const std::string& cost, const std::vector<std::string>& jobs) {
    if (!jobs.empty())
      text += "Best accuracy for its " + cost + " (Pareto front): " + Markdown(join(jobs)).source() + "\n\n";
  };
  for (const auto& [batch, contest] : latency_contests(summary))
    front("latency" + (batch ? " in batches of " + std::to_string(*batch) : ""), contest.front());
  front("size", size_front(summary));
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
  Json json = {{"schema", 2}, {"config", summary.config}, {"jobs", Json::array()}};
  for (const auto& row : summary.rows) json["jobs"].push_back(row_json(row));
  json["pareto"] = {{"latency", latency_json(summary)}, {"size", size_front(summary)}};
  json["exit_code"] = exit_code_of(summary);
  return json_text(json);
}

std::string summary_html(const BatchSummary& summary) {
  return html_page(Page::kSummary, {title_of(summary), summary_headline(summary), summary_json(summary)});
}

int exit_code_of(const BatchSummary& summary) {
  int worst = 0;
  for (const auto& row : summary.rows) worst = std::max(worst, row.exit_code);
  return worst;
}

}  // namespace qtool
