#pragma once
/// What the subcommands that end in an int8 model have in common.
#include <spdlog/spdlog.h>

#include "command.h"
#include "gate_output.h"
#include "inspect_output.h"
#include "output.h"

namespace qtool {

/// What --dry-run prints: the plan, which is what there is to see before any work. Returns the exit code.
inline int print_plan(const QuantizeOptions& options, const Context& context) {
  const InspectOptions inspect{options.model, options.data, options.recipe, options.engine, options.target};
  const InspectResult result = run_inspect(inspect, context);
  context.progress.stage("");
  print_inspection(result, context.common.json);
  return 0;
}

/// Runs `job` (run_ptq, run_qat), prints its result, and returns the exit code.
template <class Options, class Result>
int run_quantization(const Options& options, const Context& context,
                     Result (*job)(const Options&, const Context&)) {
  check(options);
  prepare_gate_output(options.ci);
  if (context.common.dry_run) return print_plan(options, context);
  const Result result = job(options, context);
  context.progress.stage("");
  log_arrival({result.report.data.inputs, result.report.data.notes, result.report.warnings});
  print(context.common.json ? to_json(result.report)
                            : summary_text(result.report, result.directory, options.report));
  publish_gates(options.ci, "qtool " + options.model, result.report.gates, context.common.json);
  return result.gates_passed ? 0 : kExitGateFailed;
}

}  // namespace qtool
