#pragma once
/// Option structs describe themselves once, and that one description serves flags, YAML, --print-config and
/// the schema.
///
/// Beside each struct stands
///
///     template <class Visitor>
///     void describe(Visitor& v, CalibrateOptions& o) {
///       v.field("samples", o.samples, "calibration samples", at_least(1), flag("calib-samples"));
///     }
///
/// and options/option_tree.h is the visitor that turns it into fields that flags (apps/qtool) and YAML
/// (src/config) read and print. A field is a bool, int64_t, double, std::string, an enum with a Names<>
/// table, or a std::vector or std::optional of one of these. `v.group("calibrate", o.calibrate)` nests a
/// struct that has a describe(); `v.list("rules", o.rules, "help")` is a std::vector of such structs; where
/// the struct has a member `std::string where`, it is filled with `file:line` of the entry. Defaults stand in
/// the struct and nowhere else.
///
/// After the help come any traits, in any order: at_least, between, one_of, flag, shorthand, and the constants below.
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace qtool {

/// Closed interval that a number (or each number of a list) must lie in.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
[[nodiscard]] constexpr Range at_least(double low) { return {.low = low}; }
[[nodiscard]] constexpr Range between(double low, double high) { return {.low = low, .high = high}; }

/// The flag's name where it is not the key in kebab case, and a letter for a short form.
struct Flag {
  const char* name = "";
  char letter = 0;
};
[[nodiscard]] constexpr Flag flag(const char* name, char letter = 0) {
  return {.name = name, .letter = letter};
}

/// The names that a text (or each text of a list) must be one of, where they are those of a table and not of an enum.
/// With path_field the text may be a file, too; that it is neither is told by who opens it.
struct Choices {
  std::vector<std::string> names = {};
};
[[nodiscard]] inline Choices one_of(std::vector<std::string> names) { return {std::move(names)}; }

/// A second flag that takes no value and sets the field to `value`, e.g. --per-tensor.
struct Shorthand {
  const char* flag = "";
  const char* value = "";
};
[[nodiscard]] constexpr Shorthand shorthand(const char* flag_name, const char* value) {
  return {.flag = flag_name, .value = value};
}

enum class FieldTrait : unsigned {
  kPositional = 1,   ///< on the command line it stands without a flag: MODEL
  kRequired = 2,     ///< must not be empty once flags and YAML are read
  kPath = 4,         ///< a file or folder; in YAML it is relative to the YAML file
  kSpec = 8,         ///< `kind:path[,key=value...]`; in YAML the path in it is relative to the YAML file
  kFlagOnly = 16,    ///< not in YAML
  kConfigOnly = 32,  ///< no flag
  kSeveral = 64,     ///< a list whose flag takes all values up to the next flag
  kOutput = 128      ///< with path_field: the job writes it, and need not find it there
};
inline constexpr auto positional = FieldTrait::kPositional;
inline constexpr auto required = FieldTrait::kRequired;
inline constexpr auto path_field = FieldTrait::kPath;
inline constexpr auto spec_field = FieldTrait::kSpec;
inline constexpr auto flag_only = FieldTrait::kFlagOnly;
inline constexpr auto config_only = FieldTrait::kConfigOnly;
inline constexpr auto several = FieldTrait::kSeveral;
inline constexpr auto output_field = FieldTrait::kOutput;

}  // namespace qtool
