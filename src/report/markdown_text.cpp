#include "report/markdown_text.h"

#include <algorithm>

#include "base/safe_text.h"

namespace qtool {
namespace {

/// What begins or ends markup in the midst of a line (CommonMark 0.31, GitHub's strikethrough). `_` within words is
/// none, and names are full of it: it is escaped at the ends of words only.
constexpr std::string_view kMarkup = "\\`*<>&~";

bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool stands_in_word(std::string_view text, size_t i) {
  return i > 0 && i + 1 < text.size() && is_of_word(text[i - 1]) && is_of_word(text[i + 1]) &&
         text[i - 1] != '_' && text[i + 1] != '_';
}

/// `](`, `][`, `]:`: without them brackets are just brackets, which shapes are full of.
bool makes_link(std::string_view text, size_t i) {
  return text[i] == ']' && i + 1 < text.size() &&
         std::string_view("([:").find(text[i + 1]) != std::string_view::npos;
}

size_t longest_run(std::string_view text, char wanted) {
  size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == wanted ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

Markdown::Markdown(std::string_view text) {
  const std::string line = safe_line(text);
  for (size_t i = 0; i < line.size(); ++i) {
    const bool is_markup = kMarkup.find(line[i]) != std::string_view::npos || makes_link(line, i) ||
                           (line[i] == '_' && !stands_in_word(line, i));
    if (is_markup) source_ += '\\';
    source_ += line[i];
  }
}

Markdown Markdown::code(std::string_view text) {
  if (text.empty()) return {""};  // two backticks would begin code
  const std::string line = safe_line(text), fence(longest_run(line, '`') + 1, '`');
  // A space goes away at both ends, where there is one at both.
  const bool needs_space =
      line.starts_with('`') || line.ends_with('`') || (line.starts_with(' ') && line.ends_with(' '));
  const std::string space = needs_space ? " " : "";
  Markdown code("");
  code.source_ = fence + space + line + space + fence;
  return code;
}

}  // namespace qtool
