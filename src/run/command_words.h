#pragma once
#include <string>
#include <vector>

namespace qtool {

/// The words of a command line, as a shell splits them: at spaces, with '...', "..." and \ to keep them. Nothing is
/// expanded: neither variables nor globs, and no shell runs. Throws Error(kUsage) where a quote is not closed.
[[nodiscard]] std::vector<std::string> words_of(const std::string& command);

/// The path of the program that a word names, looked for in PATH where it has no slash. Throws Error(kUsage) where
/// there is none.
[[nodiscard]] std::string program_of(const std::string& word);

}  // namespace qtool
