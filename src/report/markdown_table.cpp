#include "report/markdown_table.h"

#include <cmath>
#include <cstdio>

#include "base/error.h"

namespace qtool {
namespace {

/// A table is cut into cells before anything else is read.
std::string as_cell(const Markdown& cell) {
  std::string out;
  for (const char c : cell.source()) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string formatted(const char* format, int digits, double value) {
  if (!std::isfinite(value)) return "-";
  char text[400];
  std::snprintf(text, sizeof text, format, digits, value);
  return text;
}

}  // namespace

void MarkdownTable::add(std::vector<Markdown> cells) {
  QTOOL_ASSERT(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string MarkdownTable::text() const {
  if (rows_.empty()) return {};
  std::string head = "|", rule = "|", body;
  for (const auto& column : columns_) {
    head += " " + column.title + " |";
    rule += column.right ? "---:|" : "---|";
  }
  for (const auto& row : rows_) {
    body += "|";
    for (const auto& cell : row) body += " " + as_cell(cell) + " |";
    body += "\n";
  }
  return head + "\n" + rule + "\n" + body + "\n";
}

std::string fixed(double value, int digits) {
  std::string text = formatted("%.*f", digits, value);
  const bool zero = text.find_first_not_of("-0.") == std::string::npos && text != "-";
  return zero && text[0] == '-' ? text.substr(1) : text;  // no -0.00
}

std::string short_number(double value) { return formatted("%.*g", 4, value); }
std::string percent(double fraction, int digits) { return fixed(fraction * 100, digits) + " %"; }

std::string bytes_text(int64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  static constexpr const char* units[] = {"kB", "MB", "GB", "TB"};
  double value = double(bytes) / 1000;
  size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < std::size(units); ++unit) value /= 1000;
  return fixed(value, 1) + " " + units[unit];
}

}  // namespace qtool
