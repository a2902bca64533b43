#include <cstdio>
#include <cstdlib>

#include "command_line.h"
#include "exit_code.h"
#include "output.h"
#include "process.h"
#include "terminal_progress.h"

namespace {

int run(int argc, char** argv) {
  using namespace qtool;
  std::vector<Command> commands = all_commands();
  CommonOptions common;
  const CommandLine line = parse_command_line(argc, argv, commands, common);
  if (line.print) {
    print(*line.print);
    return 0;
  }
  set_up_logging(common);
  const auto progress = make_progress(common.quiet);
  return line.command->run({common, line.resolved_config, *progress});
}

}  // namespace

int main(int argc, char** argv) {
  qtool::set_up_process();
  const int code = qtool::guarded([&] { return run(argc, argv); });
  // LibTorch needs 80 ms to take its operator registry down; all of ours is written by now.
  std::fflush(nullptr);
  std::_Exit(code);
}
