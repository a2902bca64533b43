#pragma once
/// Results as text for people.
#include <string>
#include <vector>

#include "job/input/arrival.h"
#include "report/job/report.h"
#include "streams.h"

namespace qtool {

enum class Align {
  kNumbers,  ///< the first column left, the others right
  kText      ///< all left
};
/// A table with its heads in the first row, columns padded with spaces; cells are safe_line() (base/safe_text.h). On a
/// terminal that is too narrow, the widest columns of text are cut, with an ellipsis; of numbers only the names in the
/// first column, and where that is not enough each row becomes a paragraph.
[[nodiscard]] std::string columns(const std::vector<std::vector<std::string>>& rows,
                                  Align align = Align::kNumbers);

/// A path from the current folder where it lies below it, else as it is, safe for a line.
[[nodiscard]] std::string shown_path(const std::string& path);

/// `gate    passed: ...`, one line for each.
[[nodiscard]] std::string gate_lines(const std::vector<GateResult>& gates);

/// How the data was understood, to the log.
void log_arrival(const Arrival& arrival);

/// What ptq prints for people: the ladder, sizes, gates and where the report is.
[[nodiscard]] std::string summary_text(const Report& report, const std::string& directory, bool has_report);

}  // namespace qtool
