#pragma once
#include <string>

namespace qtool {

/// What a message of LibTorch says to a user: its first line that is not empty, without the place in LibTorch's source
/// and without the plea to report it there. The stack trace stands below.
[[nodiscard]] std::string first_sentence(const std::string& message);

}  // namespace qtool
