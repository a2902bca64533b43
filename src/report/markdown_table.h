#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "report/markdown_text.h"

namespace qtool {

/// A GitHub table; the first column is aligned left, the others as `right` says.
class MarkdownTable {
 public:
  struct Column {
    std::string title;
    bool right = false;  ///< numbers
  };
  explicit MarkdownTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<Markdown> cells);
  /// Ends with an empty line; empty text where there is no row.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Markdown>> rows_;
};

/// Digits after the point, e.g. fixed(0.123, 1) is `0.1`; NaN and infinity are `-`.
[[nodiscard]] std::string fixed(double value, int digits);
/// Four significant digits.
[[nodiscard]] std::string short_number(double value);
/// `91.97 %` of 0.9197
[[nodiscard]] std::string percent(double fraction, int digits = 2);
/// `312.5 kB`; powers of 1000
[[nodiscard]] std::string bytes_text(int64_t bytes);

}  // namespace qtool
