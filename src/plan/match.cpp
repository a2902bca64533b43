#include "plan/match.h"

#include <fnmatch.h>

#include <algorithm>
#include <regex>

#include "base/names.h"

namespace qtool {
namespace {

constexpr const char* kRegexPrefix = "re:";
constexpr const char* kTypePrefix = "type:";

// The library's functions call themselves for each bracket and each repetition.
constexpr size_t kLongestExpression = 1000;
constexpr int64_t kMostRepetitions = 1000;

[[noreturn]] void refuse_expression(const std::string& where, const std::string& got,
                                    const std::string& expected) {
  throw Error(ErrorKind::kUsage, {.what = "a pattern is not a regular expression that qtool can use",
                                  .where = where,
                                  .got = got,
                                  .expected = expected,
                                  .fix = "mend the expression, or write a glob without 're:'"});
}

/// The counts in braces, multiplied: `(a{2,30}){10}` has 300.
int64_t repetitions(const std::string& expression) {
  int64_t product = 1;
  for (size_t begin = 0; (begin = expression.find('{', begin)) != std::string::npos;) {
    int64_t largest = 1, number = 0;
    for (++begin; begin < expression.size() && expression[begin] != '}'; ++begin) {
      number = std::isdigit(static_cast<unsigned char>(expression[begin]))
                   ? number * 10 + expression[begin] - '0'
                   : 0;
      largest = std::clamp<int64_t>(number, largest, kMostRepetitions + 1);
      number = std::min(number, kMostRepetitions + 1);
    }
    product = std::min(product * largest, kMostRepetitions + 1);
  }
  return product;
}

/// `\1`, a reference back to a group: the syntax below has none, and the library reads its number without a check.
bool refers_back(const std::string& expression) {
  for (size_t i = 0; i + 1 < expression.size(); ++i)
    if (expression[i] == '\\' && std::isdigit(static_cast<unsigned char>(expression[++i])) &&
        expression[i] != '0')
      return true;
  return false;
}

std::regex compile(const std::string& expression, const std::string& where) {
  if (expression.size() > kLongestExpression)
    refuse_expression(where, std::to_string(expression.size()) + " characters",
                      "at most " + std::to_string(kLongestExpression) + " characters after 're:'");
  if (repetitions(expression) > kMostRepetitions)
    refuse_expression(where, expression,
                      "counts in braces that multiply to at most " + std::to_string(kMostRepetitions));
  if (refers_back(expression))
    refuse_expression(where, expression, "no reference back to a group, such as \\1");
  auto syntax = std::regex::ECMAScript;
#ifdef __GLIBCXX__
  syntax |= std::regex_constants::
      __polynomial;  // without it, (a*)*b takes for ever on a name of some forty letters
#endif
  try {
    return std::regex(expression, syntax);
  } catch (const std::regex_error& error) {
    refuse_expression(where, expression + " (" + error.what() + ")",
                      "an ECMAScript regular expression after 're:'");
  }
}

bool matches_regex(const std::string& expression, const std::string& name, const std::string& where) {
  static thread_local std::string compiled;  // one pattern is tried on many names
  static thread_local std::regex regex;
  if (compiled != expression) {
    regex = compile(expression, where);
    compiled = expression;
  }
  return std::regex_match(name, regex);
}

bool matches_type(const std::string& type, const std::string& kind) {
  return kind == type || kind == "aten::" + type;
}

bool is_above(const std::string& path, const std::string& name) {
  return name.size() > path.size() && name.rfind(path, 0) == 0 &&
         (name[path.size()] == '.' || name[path.size()] == '/');
}

/// `conv:weight` -> `conv`: a site stands for its operator.
std::string without_role(const std::string& pattern) {
  for (const char* role : {":weight", ":input", ":output"})
    if (pattern.ends_with(role)) return pattern.substr(0, pattern.size() - std::string(role).size());
  return pattern;
}

}  // namespace

bool matches(const std::string& pattern, const Matchable& candidate, const std::string& where) {
  if (pattern.rfind(kRegexPrefix, 0) == 0) return matches_regex(pattern.substr(3), candidate.name, where);
  if (pattern.rfind(kTypePrefix, 0) == 0) return matches_type(pattern.substr(5), candidate.kind);
  const auto name = without_role(pattern);
  return name == candidate.name || is_above(name, candidate.name) ||
         fnmatch(name.c_str(), candidate.name.c_str(), 0) == 0;
}

void check_matches_something(const std::string& pattern, const std::vector<Matchable>& candidates,
                             const std::string& where) {
  const auto is_match = [&](const Matchable& candidate) { return matches(pattern, candidate, where); };
  if (std::any_of(candidates.begin(), candidates.end(), is_match)) return;
  const bool by_type = pattern.rfind(kTypePrefix, 0) == 0;
  std::vector<std::string> known;
  for (const auto& candidate : candidates) {
    auto name = by_type ? kTypePrefix + candidate.kind : candidate.name;
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(std::move(name));
  }
  const auto shown = std::min<size_t>(known.size(), 8);
  throw Error(
      ErrorKind::kUsage,
      {.what = "a rule matches nothing in this model: '" + pattern + "'" + did_you_mean(pattern, known),
       .where = where,
       .got = pattern,
       .expected = "one of " + join(std::span(known).first(shown)) + (known.size() > shown ? ", ..." : ""),
       .fix = "run `qtool inspect MODEL` for the names, and mend or remove the rule"});
}

}  // namespace qtool
