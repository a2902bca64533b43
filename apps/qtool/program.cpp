#include "program.h"

#include "command_line.h"
#include "exit_code.h"
#include "output.h"
#include "process.h"
#include "terminal_progress.h"

namespace qtool {
namespace {

int run(int argc, char** argv) {
  std::vector<Command> commands = all_commands();
  CommonOptions common;
  const CommandLine line = parse_command_line(argc, argv, commands, common);
  if (line.print) {
    print(*line.print);
    return 0;
  }
  const auto& sets_nothing = line.command->sets_nothing;
  if (!sets_nothing || !sets_nothing()) keep_large_blocks();
  set_up_logging(common);
  const auto progress = make_progress(common.quiet);
  return line.command->run({common, line.resolved_config, *progress});
}

}  // namespace

int run_program(int argc, char** argv) {
  return guarded([&] { return run(argc, argv); });
}

}  // namespace qtool
