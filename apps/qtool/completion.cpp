#include "command.h"
#include "completion_scripts.h"
#include "output.h"

namespace qtool {

enum class Shell { kBash, kZsh, kFish };
template <>
struct Names<Shell> {
  static constexpr const char* kind = "shell";
  static constexpr NamedValue<Shell> table[] = {{Shell::kBash, "bash", "GNU Bash"},
                                                {Shell::kZsh, "zsh", "Z shell"},
                                                {Shell::kFish, "fish", "friendly interactive shell"}};
};

namespace {

struct CompletionOptions {
  Shell shell = Shell::kBash;
};
template <class Visitor>
void describe(Visitor& v, CompletionOptions& o) {
  v.field("shell", o.shell, "which shell it is for", positional);
}

int run(const CompletionOptions& options, const Context&) {
  const auto commands = all_commands();
  print(options.shell == Shell::kBash  ? bash_completion(commands)
        : options.shell == Shell::kZsh ? zsh_completion(commands)
                                       : fish_completion(commands));
  return 0;
}

}  // namespace

Command completion_command() {
  Command command = make_command<CompletionOptions>(
      "completion", "print a script that completes qtool's subcommands, flags and names",
      "qtool completion bash > ~/.local/share/bash-completion/completions/qtool", run);
  command.common = {"log_level"};
  return command;
}

}  // namespace qtool
