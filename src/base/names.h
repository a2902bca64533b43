#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace qtool {

/// One enumerator and the name that flags, YAML, reports and messages use for it.
template <class Enum>
struct NamedValue {
  Enum value;
  const char* name;
  const char* help;  ///< one line for --help and the schema
};

/// One table for each enum serves parsing, printing, help and "did you mean". Specialised beside each enum:
///   template <> struct Names<Calibrator> { static constexpr const char* kind = "calibrator";
///                                          static constexpr NamedValue<Calibrator> table[] = {...}; };
template <class Enum>
struct Names;

/// The known name nearest to `word` in edit distance, or empty where none is near.
[[nodiscard]] std::string closest(std::string_view word, std::span<const std::string> known);

/// `", did you mean 'X'?"`, or empty where no known name is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> known);

/// `a, b, c`
[[nodiscard]] std::string join(std::span<const std::string> words, std::string_view separator = ", ");

template <class Enum>
[[nodiscard]] std::string to_string(Enum value) requires requires {
  Names<Enum>::table;
}
{
  for (const auto& row : Names<Enum>::table)
    if (row.value == value) return row.name;
  QTOOL_ASSERT(!"every enumerator has a name");
  return {};
}

template <class Enum>
[[nodiscard]] std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const auto& row : Names<Enum>::table) names.emplace_back(row.name);
  return names;
}

/// The enumerator called `word`; throws Error(kUsage) with the nearest name otherwise. `where` names the flag
/// or key.
template <class Enum>
[[nodiscard]] Enum parse_name(std::string_view word, const std::string& where) {
  for (const auto& row : Names<Enum>::table)
    if (word == row.name) return row.value;
  const auto known = names_of<Enum>();
  throw Error(ErrorKind::kUsage, {.what = std::string("unknown ") + Names<Enum>::kind + " '" +
                                          std::string(word) + "'" + did_you_mean(word, known),
                                  .where = where,
                                  .got = std::string(word),
                                  .expected = "one of " + join(known),
                                  .fix = "write one of these names"});
}

}  // namespace qtool
