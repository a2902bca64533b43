#include "job/options/time_budget.h"

#include <charconv>
#include <cmath>

#include "base/error.h"

namespace qtool {
namespace {

/// 0 for what is no unit.
double seconds_of_unit(std::string_view unit) {
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  return unit == "h" ? 3600 : 0;
}

}  // namespace

double seconds_of(const std::string& text, const std::string& where) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const double unit = seconds_of_unit({end, size_t(text.data() + text.size() - end)});
  if (error == std::errc() && unit > 0 && std::isfinite(number) && number > 0) return number * unit;
  throw Error(ErrorKind::kUsage, {.what = "this is no length of time",
                                  .where = where,
                                  .got = "'" + text + "'",
                                  .expected = "a number and its unit: 90s, 30m or 2h",
                                  .fix = "write the unit behind the number"});
}

}  // namespace qtool
