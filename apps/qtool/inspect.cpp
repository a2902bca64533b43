#include "job/inspect.h"

#include "command.h"
#include "inspect_output.h"

namespace qtool {
namespace {

int run(const InspectOptions& options, const Context& context) {
  const InspectResult result = inspect_file(options, context);
  context.progress.stage("");
  print_inspection(result, context.common.json);
  return 0;
}

}  // namespace

Command inspect_command() {
  return make_command<InspectOptions>("inspect", "what would be quantized, what not and why, before any work",
                                      "qtool inspect model.pt --skip 'fc*'", run);
}

}  // namespace qtool
