#include "report/batch/batch_summary.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_text.h"
#include "options/option_value.h"
#include "report/batch/pareto.h"
#include "report/html_page.h"
#include "report/job/json_parts.h"
#include "report/job/metric_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

std::string title_of(const BatchSummary& summary) { return "Batch " + summary.config; }

using MetricOfJob = std::optional<MetricValue> JobMetrics::*;

/// The one metric that all jobs speak of that have one; empty where there are several, or none.
std::optional<MetricInfo> common(const BatchSummary& summary, MetricOfJob which) {
  std::optional<MetricInfo> info;
  for (const auto& row : summary.rows) {
    const auto& value = row.metrics.*which;
    if (value && info && info->name != value->info.name) return std::nullopt;
    if (value) info = value->info;
  }
  return info;
}

/// Where the head of the column does not say which metric it is, the cell does.
std::string value_text(const std::optional<MetricValue>& value, bool is_in_head) {
  if (!value) return "-";
  return (is_in_head ? "" : value->info.title + " ") + metric_text(value->info, value->value);
}

std::string drop_text(const JobMetrics& metrics, bool unit_is_in_head) {
  if (!metrics.drop || !metrics.metric) return "-";
  const MetricInfo& info = metrics.metric->info;
  std::string text = metric_number(info, *metrics.drop);
  if (metrics.drop_low && metrics.drop_high)
    text += " (" + metric_number(info, *metrics.drop_low) + " to " + metric_number(info, *metrics.drop_high) +
            ")";
  return text + (unit_is_in_head ? "" : difference_unit(info));
}

std::string latency_text(const JobMetrics& metrics) {
  if (!metrics.latency_ms) return "-";
  return fixed(*metrics.latency_ms, 2) + " ms" +
         (metrics.batch ? " / " + std::to_string(*metrics.batch) : "");
}

/// The table of the jobs.
struct Table {
  std::vector<MarkdownTable::Column> columns;
  std::vector<std::vector<std::string>> cells;
};

Table table_of(const BatchSummary& summary) {
  const auto metric = common(summary, &JobMetrics::metric),
             agreement = common(summary, &JobMetrics::agreement);
  const std::string unit = metric ? difference_unit(*metric) : "";
  Table table{.columns = {{"job"},
                          {"task"},
                          {metric ? metric->title : "metric", true},
                          {unit.empty() ? "drop" : "drop," + unit, true},
                          {agreement ? agreement->title : "agreement", true},
                          {"size", true},
                          {"latency", true},
                          {"time", true},
                          {"verdict"}},
              .cells = {}};
  for (const auto& row : summary.rows) {
    const JobMetrics& metrics = row.metrics;
    table.cells.push_back(
        {row.job, row.task, value_text(metrics.metric, metric.has_value()),
         drop_text(metrics, metric.has_value()), value_text(metrics.agreement, agreement.has_value()),
         metrics.size_ratio ? fixed(*metrics.size_ratio, 3) : "-", latency_text(metrics),
         row.verdict == Verdict::kSkipped ? "-" : fixed(row.seconds, 1) + " s", verdict_text(row)});
  }
  return table;
}

/// Jobs that have cost and a value of one metric.
class Contest {
 public:
  void add(const SummaryRow& row, double cost) {
    metric_ = row.metrics.metric->info;
    const double value = row.metrics.metric->value;
    points_.push_back({cost, metric_.better == Better::kHigher ? value : -value});
    names_.push_back(row.job);
  }
  [[nodiscard]] const MetricInfo& metric() const { return metric_; }
  /// Names of those on the Pareto front, from cheap to good.
  [[nodiscard]] std::vector<std::string> front() const {
    std::vector<std::string> names;
    for (const size_t i : pareto_front(points_)) names.push_back(names_[i]);
    return names;
  }

 private:
  MetricInfo metric_ = {};
  std::vector<ParetoPoint> points_ = {};
  std::vector<std::string> names_ = {};
};

/// By metric, and by size of the batch: times of batches of different sizes cannot be compared.
std::map<std::pair<std::string, std::optional<int64_t>>, Contest> latency_contests(
    const BatchSummary& summary) {
  std::map<std::pair<std::string, std::optional<int64_t>>, Contest> contests;
  for (const auto& row : summary.rows)
    if (const auto& metrics = row.metrics; metrics.metric && metrics.latency_ms)
      contests[{metrics.metric->info.name, metrics.batch}].add(row, *metrics.latency_ms);
  return contests;
}

/// By metric.
std::map<std::string, Contest> size_contests(const BatchSummary& summary) {
  std::map<std::string, Contest> contests;
  for (const auto& row : summary.rows)
    if (row.metrics.metric && row.metrics.bytes)
      contests[row.metrics.metric->info.name].add(row, double(*row.metrics.bytes));
  return contests;
}

/// All metrics that jobs speak of, each once, by name.
std::vector<MetricInfo> metrics_of(const BatchSummary& summary) {
  std::map<std::string, MetricInfo> infos;
  for (const auto& row : summary.rows)
    for (const auto& value : {row.metrics.metric, row.metrics.agreement})
      if (value) infos.emplace(value->info.name, value->info);
  std::vector<MetricInfo> metrics;
  for (const auto& [name, info] : infos) metrics.push_back(info);
  return metrics;
}

Json latency_json(const BatchSummary& summary) {
  Json fronts = Json::array();
  for (const auto& [key, contest] : latency_contests(summary))
    fronts.push_back({{"metric", key.first}, {"batch", nullable(key.second)}, {"jobs", contest.front()}});
  return fronts;
}

Json size_json(const BatchSummary& summary) {
  Json fronts = Json::array();
  for (const auto& [metric, contest] : size_contests(summary))
    fronts.push_back({{"metric", metric}, {"jobs", contest.front()}});
  return fronts;
}

Json name_json(const std::optional<MetricValue>& metric) {
  return metric ? Json(metric->info.name) : Json(nullptr);
}
Json value_json(const std::optional<MetricValue>& metric) {
  return metric ? Json(metric->value) : Json(nullptr);
}

Json row_json(const SummaryRow& row) {
  const JobMetrics& metrics = row.metrics;
  return {{"job", row.job},
          {"task", row.task},
          {"verdict", to_string(row.verdict)},
          {"reason", row.reason},
          {"unchanged", row.unchanged},
          {"exit_code", row.exit_code},
          {"metric", name_json(metrics.metric)},
          {"value", value_json(metrics.metric)},
          {"drop", nullable(metrics.drop)},
          {"drop_low", nullable(metrics.drop_low)},
          {"drop_high", nullable(metrics.drop_high)},
          {"agreement_metric", name_json(metrics.agreement)},
          {"agreement", value_json(metrics.agreement)},
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
  const Table table = table_of(summary);
  std::vector<std::vector<std::string>> cells(1);
  for (const auto& column : table.columns) cells[0].push_back(column.title);
  cells.insert(cells.end(), table.cells.begin(), table.cells.end());
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
  const Table jobs_table = table_of(summary);
  MarkdownTable table(jobs_table.columns);
  for (const auto& cells : jobs_table.cells) table.add({cells.begin(), cells.end()});
  std::string text = "# " + Markdown(title_of(summary)).source() + "\n\n" + summary_headline(summary) +
                     "\n\n" + table.text();
  const auto front = [&](const std::string& cost, const Contest& contest) {
    text += "Best " + contest.metric().title + " for its " + cost +
            " (Pareto front): " + Markdown(join(contest.front())).source() + "\n\n";
  };
  for (const auto& [key, contest] : latency_contests(summary))
    front("latency" + (key.second ? " in batches of " + std::to_string(*key.second) : ""), contest);
  for (const auto& [metric, contest] : size_contests(summary)) front("size", contest);
  const auto metric = common(summary, &JobMetrics::metric);
  return text + (metric ? "The " + metric->title : "The metric") +
         " is that of the int8 model, or of the model that was trained (on held-out data) or evaluated. The "
         "drop "
         "is what\nint8 loses of it against float, with its 95 % confidence interval. Size is int8 / float; "
         "latency "
         "the median of one batch,\nwith its number of samples.\n";
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
  Json json = {
      {"schema", 3}, {"config", summary.config}, {"metrics", Json::array()}, {"jobs", Json::array()}};
  for (const auto& metric : metrics_of(summary)) json["metrics"].push_back(metric_json(metric));
  for (const auto& row : summary.rows) json["jobs"].push_back(row_json(row));
  json["pareto"] = {{"latency", latency_json(summary)}, {"size", size_json(summary)}};
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
