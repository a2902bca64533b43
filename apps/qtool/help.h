#pragma once
#include <string>
#include <vector>

#include "command.h"

namespace qtool {

/// `--calibrator NAME`, and what it means with choices and default.
struct HelpRow {
  std::string flag = {}, help = {};
};
struct HelpTopic {
  std::string title = {};
  std::vector<HelpRow> rows = {};
};
/// Arguments and flags by topic; what help and man page show.
[[nodiscard]] std::vector<HelpTopic> help_topics(const Command& command);
/// `qtool ptq MODEL -o PATH [flags]`
[[nodiscard]] std::string usage_text(const Command& command);

/// The list of subcommands.
[[nodiscard]] std::string help_text(const std::vector<Command>& commands);
/// Usage, flags by topic with their defaults, and an example.
[[nodiscard]] std::string help_text(const Command& command);

}  // namespace qtool
