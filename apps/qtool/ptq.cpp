#include "job/ptq.h"

#include <spdlog/spdlog.h>

#include "command.h"
#include "inspect_output.h"
#include "output.h"

namespace qtool {
namespace {

constexpr int kGateFailed = 1;

/// The plan is what there is to see before any work.
int dry_run(const PtqOptions& options, const Context& context) {
  const InspectOptions inspect{options.model, options.data, options.recipe, options.engine};
  print_inspection(run_inspect(inspect, context.common, context.progress), context.common.json);
  return 0;
}

int run(const PtqOptions& options, const Context& context) {
  check(options);
  if (context.common.dry_run) return dry_run(options, context);
  const PtqResult result = run_ptq(options, context.common, context.resolved_config, context.progress);
  context.progress.stage("");
  for (const auto& warning : result.report.warnings) spdlog::warn(warning);
  print(context.common.json ? to_json(result.report)
                            : summary_text(result.report, result.directory, options.report));
  return result.gates_passed ? 0 : kGateFailed;
}

}  // namespace

Command ptq_command() {
  return make_command<PtqOptions>(
      "ptq", "quantize a float TorchScript model to int8, without training",
      "qtool ptq model.pt --data idx:/usr/share/datasets/fashion-mnist,mean=0.2860,std=0.3530 -o out", run);
}

}  // namespace qtool
