#include "report/job/report_text.h"

#include <cmath>

#include "report/markdown_table.h"

namespace qtool {

std::string percent_or_dash(const std::optional<double>& fraction) {
  return fraction ? percent(*fraction) : "-";
}

std::string sqnr_text(double sqnr_db) { return std::isinf(sqnr_db) ? "exact" : fixed(sqnr_db, 1); }

std::string scale_text(const ReportLayer& layer) {
  if (!layer.scale_min || !layer.scale_max) return "-";
  const std::string low = short_number(*layer.scale_min), high = short_number(*layer.scale_max);
  return low == high ? low : low + " to " + high;
}

}  // namespace qtool
