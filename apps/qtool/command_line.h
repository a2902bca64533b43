#pragma once
#include <optional>
#include <string>
#include <vector>

#include "command.h"

namespace qtool {

/// What argv asked for: text to print and be done, or a command to run.
struct CommandLine {
  std::optional<std::string> print = {};  ///< help, version or the resolved configuration
  const Command* command = nullptr;
  std::string resolved_config = {};
};

/// Fills the command's options and `common`: built-in, then the YAML of --config, then flags. Throws
/// Error(kUsage) that names the nearest flag or subcommand where one is unknown.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv,
                                             std::vector<Command>& commands, CommonOptions& common);

}  // namespace qtool
