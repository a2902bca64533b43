#pragma once
#include <string>
#include <vector>

#include "command.h"

namespace qtool {

/// The list of subcommands.
[[nodiscard]] std::string help_text(const std::vector<Command>& commands);
/// Usage, flags by topic with their defaults, and an example.
[[nodiscard]] std::string help_text(const Command& command);

}  // namespace qtool
