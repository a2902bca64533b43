#include "report/job/data_lines.h"

#include "base/names.h"
#include "report/markdown_table.h"

namespace qtool {

std::string shape_text(const ReportInput& input) {
  std::vector<std::string> extents;
  for (const int64_t extent : input.shape) extents.push_back(std::to_string(extent));
  return "[" + join(extents) + "]";
}

std::string range_text(const ReportInput& input) {
  return short_number(input.low) + " to " + short_number(input.high);
}

std::vector<std::string> data_lines(const std::vector<ReportInput>& inputs,
                                    const std::vector<std::string>& notes) {
  std::vector<std::string> lines;
  for (const auto& input : inputs)
    lines.push_back("input " + input.name + ": " + input.dtype + " " + shape_text(input) + ", " +
                    range_text(input) + ", mean " + short_number(input.mean) + ", standard deviation " +
                    short_number(input.deviation) +
                    (input.first_reader.empty() ? "" : "; " + input.first_reader));
  lines.insert(lines.end(), notes.begin(), notes.end());
  return lines;
}

}  // namespace qtool
