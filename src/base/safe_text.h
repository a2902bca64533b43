#pragma once
/// Names, paths and messages come from files of anybody: they are data, wherever they are shown. What acts on a
/// terminal, on the order of the text or on a CI service is written as an escape (`\x1b`, `\n`, `\u202e`): control
/// characters (C0, C1, DEL), bidirectional and invisible formatting, line separators, bytes that are not UTF-8, `::`
/// where a workflow command of GitHub would begin, and `##[` and its kin of other services. Markdown has
/// report/markdown_text.h.
#include <string>
#include <string_view>

namespace qtool {

/// For a place within a line, e.g. a cell or a path: line ends and tabs are escaped, too.
[[nodiscard]] std::string safe_line(std::string_view text);

/// For a whole text of ours, whose line ends and tabs stay. What is safe already does not change.
[[nodiscard]] std::string safe_lines(std::string_view text);

/// For JSON that is valid UTF-8: the same as escapes of JSON, which mean the same values.
[[nodiscard]] std::string safe_json(std::string_view json);

}  // namespace qtool
