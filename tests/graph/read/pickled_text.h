#pragma once
#include <string>

namespace qtool {

/// A short text as a pickle has it.
[[nodiscard]] inline std::string pickled_text(const std::string& characters) {
  using namespace std::string_literals;
  return "X"s + char(characters.size()) + "\0\0\0"s + characters;
}

}  // namespace qtool
