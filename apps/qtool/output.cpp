#include "output.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "base/safe_text.h"
#include "report/job/data_lines.h"
#include "report/job/metric_text.h"
#include "report/job/report_text.h"
#include "report/job/speed_text.h"
#include "report/job/target_table.h"
#include "report/markdown_table.h"
#include "terminal.h"

namespace qtool {
namespace {

constexpr size_t kGap = 2;        // spaces between columns
constexpr size_t kNarrowest = 5;  // column that is not cut further
constexpr size_t kNarrowestName = 12;

using Rows = std::vector<std::vector<std::string>>;

std::vector<size_t> column_widths(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
  }
  return widths;
}

size_t total_width(const std::vector<size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

/// Cuts cells of the widest columns until a row is at most `width` columns wide. Columns keep five at least.
Rows fit_text(Rows rows, size_t width) {
  std::vector<size_t> widths = column_widths(rows);
  size_t total = total_width(widths);
  while (total > width) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) break;
    --*widest;
    --total;
  }
  for (auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) row[i] = cut(row[i], widths[i]);
  return rows;
}

/// Cuts names only: half a number says something else.
Rows fit_names(Rows rows, size_t width) {
  const auto widths = column_widths(rows);
  const size_t others = total_width(widths) - widths[0];
  for (auto& row : rows) row[0] = cut(row[0], std::max(kNarrowestName, width - std::min(width, others)));
  return rows;
}

/// Each row as a paragraph: its name, and below it what each column says.
std::string paragraphs(const Rows& rows) {
  std::string text;
  for (size_t i = 1; i < rows.size(); ++i) {
    text += rows[i][0] + "\n";
    for (size_t k = 1; k < rows[i].size(); ++k) text += "  " + rows[0][k] + ": " + rows[i][k] + "\n";
  }
  return text;
}

}  // namespace

std::string columns(const std::vector<std::vector<std::string>>& table, Align align) {
  Rows cells = table;
  for (auto& row : cells)
    for (auto& cell : row) cell = safe_line(cell);
  Rows rows = cells;
  if (const size_t width = terminal_width(stdout); width > 0) {
    rows = align == Align::kNumbers ? fit_names(cells, width) : fit_text(cells, width);
    if (align == Align::kNumbers && total_width(column_widths(rows)) > width) return paragraphs(cells);
  }
  const std::vector<size_t> widths = column_widths(rows);
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - shown_width(row[i]), ' ');
      const bool left = i == 0 || align == Align::kText;
      line += std::string(i == 0 ? 0 : kGap, ' ') + (left ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string shown_path(const std::string& path) {
  const auto relative = std::filesystem::path(path).lexically_relative(std::filesystem::current_path());
  return safe_line(relative.empty() || *relative.begin() == ".." ? path : relative.string());
}

std::string gate_lines(const std::vector<GateResult>& gates) {
  std::string lines;
  for (const GateResult& gate : gates)
    lines += std::string("gate    ") + (gate.passed ? "passed: " : "FAILED: ") + safe_line(gate.text) + "\n";
  return lines;
}

void log_arrival(const Arrival& arrival) {
  for (const auto& warning : arrival.warnings) spdlog::warn(warning);
  for (const auto& line : data_lines(arrival.inputs, arrival.notes)) spdlog::info(line);
}

namespace {

std::string ladder_text(const ReportAccuracy& accuracy) {
  if (accuracy.ladder.empty()) return "";
  const auto decibel = [](const std::optional<double>& value) { return value ? sqnr_text(*value) : "-"; };
  const bool has_metrics = !accuracy.metrics.empty();
  Rows rows = {has_metrics ? std::vector<std::string>{""}
                           : std::vector<std::string>{"", "SQNR dB", "worst channel dB", "cosine"}};
  for (const auto& metric : accuracy.metrics) rows[0].push_back(metric_title(metric));
  for (const Rung& rung : accuracy.ladder) {
    rows.push_back(has_metrics ? std::vector<std::string>{rung.name}
                               : std::vector<std::string>{rung.name, decibel(rung.sqnr_db),
                                                          decibel(rung.worst_channel_db()),
                                                          rung.cosine ? fixed(*rung.cosine, 6) : "-"});
    for (const auto& metric : accuracy.metrics)
      rows.back().push_back(metric_text(metric, rung.value(metric.name)));
  }
  return columns(rows) + "\n";
}

/// What was won, e.g. `improve 12.1 -> 17.9 dB: bias-correction +5.2, batch-norm +0.6; 2 more won nothing`.
std::string improvements_line(const std::vector<ReportImprovement>& improvements) {
  std::optional<double> first, last;
  std::string kept;
  size_t others = 0;
  for (const auto& row : improvements) {
    if (!row.kept || !row.before_db || !row.after_db) {
      ++others;
      continue;
    }
    if (!first) first = row.before_db;
    last = row.after_db;
    kept += (kept.empty() ? "" : ", ") + row.name + " +" + fixed(*row.after_db - *row.before_db, 1);
  }
  if (kept.empty()) return "";
  return "improve " + sqnr_text(*first) + " -> " + sqnr_text(*last) + " dB: " + kept +
         (others > 0 ? "; " + std::to_string(others) + " more won nothing" : "") + "\n";
}

}  // namespace

std::string summary_text(const Report& report, const std::string& directory, bool has_report) {
  std::string text;
  if (const auto slower = slower_text(report); !slower.empty()) text = slower + "\n\n";
  text += ladder_text(report.accuracy);
  text +=
      "size    " + bytes_text(report.size.float_bytes) + " -> " + bytes_text(report.size.int8_bytes) + "\n";
  if (const auto& latency = report.timing.latency; latency)
    text += "time    " + fixed(latency->float_ms, 2) + " ms" +
            (latency->folded_ms ? " (folded and frozen " + fixed(*latency->folded_ms, 2) + ")" : "") +
            " -> " + fixed(latency->int8_ms, 2) + " ms for a batch of " + std::to_string(latency->batch) +
            "\n";
  text += improvements_line(report.improvements);
  for (const auto& target : report.targets)
    text += "model   " + safe_line(directory) + "/" + target.file + "\n";
  if (const auto rows = target_table(report); !rows.empty()) text += "\n" + columns(rows) + "\n";
  if (has_report) text += "report  " + safe_line(directory) + "/report.html\n";
  return text + gate_lines(report.gates);
}

}  // namespace qtool
