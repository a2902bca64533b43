#include "job/ptq.h"

#include "job/input/open_model.h"
#include "job/road/delivery.h"
#include "job/road/gate_labels.h"
#include "job/road/manifest.h"
#include "options/option_tree.h"

namespace qtool {

QuantizeResult run_ptq(const PtqOptions& options, const Context& context) {
  const auto device = apply_with_device(context.common);
  JobData data(options.data);
  prepare_delivery(options, data);
  StageClock clock(context.progress);
  clock.begin("load and plan");
  auto opened = open_float_model(options.model, data, context.common.seed);
  check_metrics_apply(options, data, opened.model);
  auto start = begin_quantization(std::move(opened.model), identity_of(options.model), options.recipe,
                                  targets_named(options.target), options.engine);

  clock.begin("calibrate");
  const auto [statistics, arrival, data_sha256] =
      gather_statistics(start, options, data, device, context.progress);

  clock.begin("solve");
  const auto solution = solve_and_improve(start, statistics, options.recipe);

  auto settings = options;
  const auto tree = option_tree(settings);
  const Assignment assignment{options, context, data, settings_of(tree), recipe_of(tree)};
  return deliver({start, solution, statistics, arrival, data_sha256}, assignment, clock);
}

}  // namespace qtool
