#include "options/option_value.h"

#include <charconv>
#include <cmath>

namespace qtool {
namespace {

template <class T>
std::optional<ValueProblem> parse_number(const std::string& text, Range range, ValueType type, T& value) {
  T parsed{};
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, parsed);
  const bool whole = code == std::errc{} && stop == end && std::isfinite(static_cast<double>(parsed));
  const auto number = static_cast<double>(parsed);
  if (!whole || number < range.low || number > range.high)
    return ValueProblem{.got = "'" + text + "'", .expected = expected_text(type, range)};
  value = parsed;
  return {};
}

}  // namespace

std::optional<ValueProblem> parse_value(const std::string& text, Range, bool& value) {
  if (text != "true" && text != "false")
    return ValueProblem{.got = "'" + text + "'", .expected = "true or false"};
  value = text == "true";
  return {};
}

std::optional<ValueProblem> parse_value(const std::string& text, Range range, int64_t& value) {
  return parse_number(text, range, ValueType::kInteger, value);
}

std::optional<ValueProblem> parse_value(const std::string& text, Range range, double& value) {
  return parse_number(text, range, ValueType::kNumber, value);
}

std::optional<ValueProblem> parse_value(const std::string& text, Range, std::string& value) {
  value = text;
  return {};
}

ValueProblem not_one_of(const std::string& text, const std::vector<std::string>& names) {
  return {.got = "'" + text + "'", .expected = "one of " + join(names), .hint = did_you_mean(text, names)};
}

std::string print_value(bool value) { return value ? "true" : "false"; }
std::string print_value(int64_t value) { return std::to_string(value); }
std::string print_value(const std::string& value) { return value; }

std::string print_value(double value) {
  char text[64];
  const auto [end, code] = std::to_chars(std::begin(text), std::end(text), value);
  QTOOL_ASSERT(code == std::errc{});
  return std::string(text, end);
}

std::string count_text(size_t count) {
  return count == 0 ? "nothing" : std::to_string(count) + (count == 1 ? " value" : " values");
}

std::string expected_text(ValueType type, Range range) {
  std::string text = type == ValueType::kInteger  ? "a whole number"
                     : type == ValueType::kNumber ? "a number"
                     : type == ValueType::kBool   ? "true or false"
                                                  : "a text";
  const bool low = std::isfinite(range.low), high = std::isfinite(range.high);
  if (low && high) return text + " from " + print_value(range.low) + " to " + print_value(range.high);
  if (low) return text + ", at least " + print_value(range.low);
  if (high) return text + ", at most " + print_value(range.high);
  return text;
}

}  // namespace qtool
