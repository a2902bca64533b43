#pragma once
#include <string>
#include <vector>

#include "command.h"

namespace qtool {

/// Scripts that complete subcommands, flags, and the values of flags: names where a flag takes one of a few, else files
/// where it takes a path. From the same trees as the flags.
[[nodiscard]] std::string bash_completion(const std::vector<Command>& commands);
[[nodiscard]] std::string zsh_completion(const std::vector<Command>& commands);
[[nodiscard]] std::string fish_completion(const std::vector<Command>& commands);

}  // namespace qtool
