#pragma once
/// Results on stdout.
#include <string>
#include <vector>

#include "report/report.h"

namespace qtool {

enum class Align {
  kNumbers,  ///< the first column left, the others right
  kText      ///< all left
};
/// A table, its columns padded with spaces.
[[nodiscard]] std::string columns(const std::vector<std::vector<std::string>>& rows,
                                  Align align = Align::kNumbers);

/// Writes to stdout; throws Error(kMachine) where that cannot be, e.g. on a full disk.
void print(const std::string& text);

/// What ptq prints for people: the ladder, sizes, gates and where the report is.
[[nodiscard]] std::string summary_text(const Report& report, const std::string& directory, bool has_report);

}  // namespace qtool
