#include "report/job/headline.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "base/names.h"
#include "report/job/metric_text.h"
#include "report/job/report_text.h"
#include "report/job/speed_text.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string drop_text(const MetricInfo& metric, const ReportDrop& drop) {
  const bool gained = drop.value < 0;
  std::string text =
      metric_number(metric, std::abs(drop.value)) + difference_unit(metric) + (gained ? " gained" : " lost");
  if (!drop.low || !drop.high) return text;
  const double low = gained ? -*drop.high : *drop.low, high = gained ? -*drop.low : *drop.high;
  return text + " (95 % interval " + metric_number(metric, low) + " to " + metric_number(metric, high) + ")";
}

/// Of models without classes: `SQNR 33.7 dB, 12.1 dB in the worst channel`.
std::string sqnr_of_outputs(const Rung& int8) {
  const auto decibel = [](double value) { return sqnr_text(value) + (std::isinf(value) ? "" : " dB"); };
  std::string text = "SQNR " + decibel(int8.sqnr_db.value_or(INFINITY));
  for (const auto& output : int8.outputs)
    if (!output.constant_channels.empty()) return text + ", and channels that have become constant";
  if (const auto worst = int8.worst_channel_db()) text += ", " + decibel(*worst) + " in the worst channel";
  return text;
}

std::string quality_text(const Report& report) {
  const Rung* int8 = report.rung("int8");
  const MetricInfo *metric = report.accuracy.metric(), *agreement = report.accuracy.agreement();
  if (metric && report.accuracy.drop) return drop_text(*metric, *report.accuracy.drop);
  if (!int8) return "not verified on data";
  if (agreement && int8->value(agreement->name))
    return metric_text(*agreement, int8->value(agreement->name)) + " " + metric_title(*agreement);
  return sqnr_of_outputs(*int8);
}

std::string gates_text(const std::vector<GateResult>& gates) {
  if (gates.empty()) return "";
  const auto failed =
      std::count_if(gates.begin(), gates.end(), [](const GateResult& gate) { return !gate.passed; });
  if (gates.size() == 1) return failed ? "; the gate failed" : "; the gate passed";
  const auto all = std::to_string(gates.size());
  return failed ? "; " + std::to_string(failed) + " of " + all + " gates failed"
                : "; all " + all + " gates passed";
}

}  // namespace

std::string report_title(const Report& report) {
  return std::filesystem::path(report.model.path).filename().string() + " in int8";
}

std::string headline(const Report& report) {
  const std::string first = slower_text(report);
  std::vector<std::string> parts;
  const auto& size = report.size;
  if (size.float_bytes > 0 && size.int8_bytes > 0)
    parts.push_back(times_text(1 / size.ratio(), "smaller", "larger"));
  if (const auto& latency = report.timing.latency; latency && latency->int8_ms > 0 && first.empty())
    parts.push_back(speed_text(*latency));
  parts.push_back(quality_text(report));
  std::string text = join(parts) + gates_text(report.gates) + ".";
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return first.empty() ? text : first + " " + text;
}

}  // namespace qtool
