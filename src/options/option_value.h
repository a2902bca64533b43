#pragma once
/// Option values from text and back, the same for flags and YAML.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "options/options.h"

namespace qtool {

enum class ValueType { kBool, kInteger, kNumber, kText };

/// Why a text is not a value of a field. No place in it: the caller knows the flag or the line.
struct ValueProblem {
  std::string got = {};       ///< e.g. `'abc'`
  std::string expected = {};  ///< e.g. `a whole number from 2 to 8`
  std::string hint = {};      ///< e.g. `, did you mean 'mse'?`, or empty
};

[[nodiscard]] std::optional<ValueProblem> parse_value(const std::string& text, Range range, bool& value);
[[nodiscard]] std::optional<ValueProblem> parse_value(const std::string& text, Range range, int64_t& value);
/// Decimal, with or without an exponent; NaN and infinity are refused.
[[nodiscard]] std::optional<ValueProblem> parse_value(const std::string& text, Range range, double& value);
[[nodiscard]] std::optional<ValueProblem> parse_value(const std::string& text, Range range,
                                                      std::string& value);

[[nodiscard]] std::string print_value(bool value);
[[nodiscard]] std::string print_value(int64_t value);
[[nodiscard]] std::string print_value(double value);  ///< shortest text that reads back as the same double
[[nodiscard]] std::string print_value(const std::string& value);

/// `3 values`
[[nodiscard]] std::string count_text(size_t count);
/// `a whole number from 2 to 8`
[[nodiscard]] std::string expected_text(ValueType type, Range range);

/// The problem of a text that is none of the names.
[[nodiscard]] ValueProblem not_one_of(const std::string& text, const std::vector<std::string>& names);

template <class Enum>
[[nodiscard]] std::optional<ValueProblem> parse_value(const std::string& text, Range,
                                                      Enum& value) requires requires {
  Names<Enum>::table;
}
{
  for (const auto& row : Names<Enum>::table) {
    if (text == row.name) {
      value = row.value;
      return {};
    }
  }
  return not_one_of(text, names_of<Enum>());
}

template <class Enum>
[[nodiscard]] std::string print_value(Enum value) requires requires {
  Names<Enum>::table;
}
{ return to_string(value); }

/// What a value may be.
struct Allowed {
  Range range = {};
  std::vector<std::string> names = {};  ///< empty: any
};

template <class T>
[[nodiscard]] std::optional<ValueProblem> parse_allowed(const std::string& text, const Allowed& allowed,
                                                        T& value) {
  if (!allowed.names.empty() &&
      std::find(allowed.names.begin(), allowed.names.end(), text) == allowed.names.end())
    return not_one_of(text, allowed.names);
  return parse_value(text, allowed.range, value);
}

template <class T>
[[nodiscard]] constexpr ValueType type_of() {
  if constexpr (std::is_same_v<T, bool>) return ValueType::kBool;
  if constexpr (std::is_same_v<T, int64_t>) return ValueType::kInteger;
  if constexpr (std::is_same_v<T, double>) return ValueType::kNumber;
  return ValueType::kText;
}

template <class T>
[[nodiscard]] std::vector<std::string> choices_of() {
  if constexpr (std::is_enum_v<T>) return names_of<T>();
  return {};
}

}  // namespace qtool
