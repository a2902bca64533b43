#pragma once
#include <string>
#include <vector>

namespace qtool {

/// What a recipe's pattern can be held against.
struct Matchable {
  std::string name;  ///< `layers.0.conv1`
  std::string kind;  ///< `aten::conv2d`
};

constexpr const char* kAllOperators = "*";  ///< the pattern that names all operators

/// Whether `pattern` names the operator:
///   layers.0.conv1      this operator; a path that stands above it (`layers.0`) names all in it
///   layers.*.conv?      a glob on the name; * and ? match dots, too
///   re:layers\.[01]\..* a regular expression (ECMAScript) on the whole name
///   type:aten::conv2d   the operator type; `type:conv2d` will do
/// Throws Error(kUsage) for a regular expression that is none; `where` names the rule.
[[nodiscard]] bool matches(const std::string& pattern, const Matchable& candidate, const std::string& where);

/// Throws Error(kUsage), with the nearest name, where the pattern matches none of the candidates.
void check_matches_something(const std::string& pattern, const std::vector<Matchable>& candidates,
                             const std::string& where);

}  // namespace qtool
