#include "job/compare.h"

#include <cmath>

#include "command.h"
#include "gate_output.h"
#include "job/json/compare_json.h"
#include "output.h"
#include "report/job/gates.h"
#include "report/job/metric_text.h"
#include "report/job/report_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr size_t kMostRows = 20;

std::string value_text(const MetricChange& change, const std::optional<double>& measured) {
  if (!measured) return "-";
  const double value = *measured;
  switch (change.unit) {
    case Unit::kMetric:
      return metric_text(change.metric, value);
    case Unit::kDecibel:
      return fixed(value, 2) + " dB";
    case Unit::kBytes:
      return bytes_text(std::llround(value));
    case Unit::kMilliseconds:
      return fixed(value, 2) + " ms";
  }
  return {};
}

std::string with_sign(double value, const std::string& text) { return (value > 0 ? "+" : "") + text; }

/// In the unit of the metric and dB; sizes and times in percent.
std::string difference_text(const MetricChange& change) {
  if (!change.before || !change.after) return "-";
  const double difference = *change.after - *change.before;
  if (difference == 0) return "same";
  if (change.unit == Unit::kMetric)
    return with_sign(difference, metric_number(change.metric, difference)) + difference_unit(change.metric);
  if (change.unit == Unit::kDecibel) return with_sign(difference, fixed(difference, 2)) + " dB";
  return with_sign(difference, fixed(difference / *change.before * 100, 1)) + " %";
}

std::string metrics_text(const std::vector<MetricChange>& metrics) {
  Rows rows = {{"", "before", "after", "change"}};
  for (const auto& change : metrics)
    rows.push_back({change.name, value_text(change, change.before), value_text(change, change.after),
                    difference_text(change)});
  return columns(rows);
}

/// A table of the first rows; how many more there are; nothing where there is none.
std::string table(const std::string& title, Rows rows, Align align) {
  if (rows.size() < 2) return "";
  const size_t all = rows.size() - 1;
  if (all > kMostRows) rows.resize(kMostRows + 1);
  const std::string more =
      all > kMostRows ? "... and " + std::to_string(all - kMostRows) + " more; --json has all\n" : "";
  return "\n" + title + "\n" + columns(rows, align) + more;
}

std::string settings_text(const std::vector<SettingChange>& settings) {
  Rows rows = {{"setting", "before", "after"}};
  for (const auto& change : settings) {
    const auto shown = [](const std::optional<std::string>& value) {
      return !value ? "-" : value->empty() ? "(empty)" : *value;
    };
    rows.push_back({change.key, shown(change.before), shown(change.after)});
  }
  return table("Settings", rows, Align::kText);
}

std::string layers_text(const std::vector<LayerChange>& layers) {
  Rows rows = {{"layer", "SQNR dB if alone", "then", "damage", "then"}};
  for (const auto& [layer, before, after] : layers)
    rows.push_back({layer, before ? sqnr_text(before->alone.sqnr_db) : "-",
                    after ? sqnr_text(after->alone.sqnr_db) : "-", before ? percent(before->damage, 1) : "-",
                    after ? percent(after->damage, 1) : "-"});
  return table("Layers", rows, Align::kNumbers);
}

std::string scheme_text(const std::optional<ReportLayer>& site) {
  if (!site) return "-";
  return site->scheme.empty() ? "float" : site->scheme;
}

std::string sites_text(const std::vector<SiteChange>& sites) {
  Rows rows = {{"site", "scheme", "then", "scale", "then", "SQNR dB", "then"}};
  const auto sqnr = [](const std::optional<ReportLayer>& site) {
    return site && site->sqnr_db ? fixed(*site->sqnr_db, 1) : "-";
  };
  const auto scale = [](const std::optional<ReportLayer>& site) { return site ? scale_text(*site) : "-"; };
  for (const auto& [site, before, after] : sites) {
    const auto scheme = scheme_text(after);
    rows.push_back({site, scheme_text(before), scheme == scheme_text(before) ? "same" : scheme, scale(before),
                    scale(after), sqnr(before), sqnr(after)});
  }
  return table("Sites", rows, Align::kText);
}

std::string to_text(const Comparison& comparison) {
  std::string text = gate_lines(comparison.gates);
  for (const auto& note : comparison.notes) text += "note    " + note + "\n";
  if (!text.empty()) text += "\n";
  text += metrics_text(comparison.metrics) + settings_text(comparison.settings) +
          layers_text(comparison.layers) + sites_text(comparison.sites);
  if (comparison.settings.empty() && comparison.layers.empty() && comparison.sites.empty())
    text += "\nsettings, layers and sites are the same\n";
  return text;
}

int run(const CompareOptions& options, const Context& context) {
  if (!context.common.dry_run) prepare_gate_output(options.ci);
  const auto comparison = run_compare(options);
  print(context.common.json ? to_json(comparison) : to_text(comparison));
  if (!context.common.dry_run)
    publish_gates(options.ci, "qtool compare", comparison.gates, context.common.json);
  return all_passed(comparison.gates) ? 0 : kExitGateFailed;
}

}  // namespace

Command compare_command() {
  return make_command<CompareOptions>(
      "compare", "what changed from one report to another; fails where a limit is passed",
      "qtool compare main/report.json out/report.json --max-accuracy-loss 0.2 --max-size-increase 1", run);
}

}  // namespace qtool
