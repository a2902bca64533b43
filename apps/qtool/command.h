#pragma once
/// A subcommand as plain data; command_line.h parses for it, and main runs it.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "job/options/context.h"
#include "options/option_tree.h"

namespace qtool {

struct Command {
  std::string name = {};
  std::string summary = {};              ///< one line
  std::string example = {};              ///< a command that works
  OptionGroup options = {};              ///< points into what `run` holds
  std::vector<std::string> common = {};  ///< keys of CommonOptions that it takes; empty: all
  /// Whether it runs as a program that leaves the process as it is; null: it does not.
  std::function<bool()> sets_nothing = {};
  std::function<int(const Context&)> run = {};  ///< prints its result to stdout; returns the exit code
};

template <class Options>
[[nodiscard]] Command make_command(const char* name, const char* summary, const char* example,
                                   int (*run)(const Options&, const Context&)) {
  auto options = std::make_shared<Options>();
  return {.name = name,
          .summary = summary,
          .example = example,
          .options = option_tree(*options),
          .run = [options, run](const Context& context) { return run(*options, context); }};
}

/// Those of CommonOptions that the command takes.
[[nodiscard]] OptionGroup common_tree(const Command& command, CommonOptions& common);

/// Each subcommand, in the order of the help.
[[nodiscard]] std::vector<Command> all_commands();

[[nodiscard]] Command ptq_command();
[[nodiscard]] Command qat_command();
[[nodiscard]] Command tune_command();
[[nodiscard]] Command train_command();
[[nodiscard]] Command eval_command();
[[nodiscard]] Command bench_command();
[[nodiscard]] Command verify_command();
[[nodiscard]] Command inspect_command();
[[nodiscard]] Command compare_command();
[[nodiscard]] Command run_command();
[[nodiscard]] Command init_command();
[[nodiscard]] Command schema_command();
[[nodiscard]] Command completion_command();
[[nodiscard]] Command man_command();

}  // namespace qtool
