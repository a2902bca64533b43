#include "output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

std::string percent_or_dash(const std::optional<double>& fraction) {
  return fraction ? percent(*fraction) : "-";
}

}  // namespace

std::string columns(const std::vector<std::vector<std::string>>& rows, Align align) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      const bool left = i == 0 || align == Align::kText;
      line += (i == 0 ? "" : "  ") + (left ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

void print(const std::string& text) {
  errno = 0;
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
    throw Error(ErrorKind::kMachine, {.what = "cannot write the result",
                                      .where = "stdout",
                                      .got = std::strerror(errno),
                                      .fix = "check where stdout goes"});
}

std::string summary_text(const Report& report, const std::string& directory, bool has_report) {
  std::vector<std::vector<std::string>> rows = {{"", "top-1", "top-5", "same top-1 as float"}};
  for (const Rung& rung : report.accuracy.ladder)
    rows.push_back(
        {rung.name, percent_or_dash(rung.top1), percent_or_dash(rung.top5), percent_or_dash(rung.agreement)});
  std::string text = rows.size() > 1 ? columns(rows) + "\n" : "";
  text +=
      "size    " + bytes_text(report.size.float_bytes) + " -> " + bytes_text(report.size.int8_bytes) + "\n";
  if (const auto& latency = report.timing.latency; latency)
    text += "time    " + fixed(latency->float_ms, 2) + " ms -> " + fixed(latency->int8_ms, 2) +
            " ms for a batch of " + std::to_string(latency->batch) + "\n";
  text += "model   " + directory + "/model.int8.pt\n";
  if (has_report) text += "report  " + directory + "/report.html\n";
  for (const GateResult& gate : report.gates)
    text += std::string("gate    ") + (gate.passed ? "passed: " : "FAILED: ") + gate.text + "\n";
  return text;
}

}  // namespace qtool
