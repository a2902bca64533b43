#include "job/init.h"

#include "base/safe_text.h"
#include "command.h"
#include "output.h"

namespace qtool {
namespace {

int run(const InitOptions& options, const Context& context) {
  write_starter_config(options, context);
  context.progress.stage("");
  const std::string file = safe_line(options.output);
  print("wrote   " + file + "\nnext    qtool run " + file + " --dry-run\n");
  return 0;
}

}  // namespace

Command init_command() {
  Command command = make_command<InitOptions>(
      "init", "write a commented configuration for a model",
      "qtool init model.pt -o model.yaml --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530",
      run);
  command.common = {"limits", "log_level", "quiet"};
  return command;
}

}  // namespace qtool
