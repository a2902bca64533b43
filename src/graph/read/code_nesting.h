#pragma once
#include <string>
#include <vector>

namespace qtool {

/// Throws Flaw, with its line, where the code of a model, or the name of a type, is nested deeper than Python itself
/// would take: LibTorch's parser and compiler call themselves for each level. Gives the classes that the code defines.
[[nodiscard]] std::vector<std::string> classes_of_flat_code(const std::string& text);

}  // namespace qtool
