#pragma once
#include <string>

#include "report/job/report.h"

namespace qtool {

/// A report.json that to_json() wrote. Strict: throws Error(kUsage) with the file and the path of the key where it is
/// no JSON, of another schema, or a key is missing or of the wrong type. Files, stages and the texts of gates are left
/// out.
[[nodiscard]] Report read_report(const std::string& path);
/// The same from text; `path` is the name for messages.
[[nodiscard]] Report read_report_text(const std::string& text, const std::string& path);

}  // namespace qtool
