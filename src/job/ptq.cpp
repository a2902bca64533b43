#include "job/ptq.h"

#include "job/input/open_model.h"
#include "job/road/delivery.h"
#include "job/road/doubtful_kernels.h"
#include "job/road/gate_labels.h"
#include "job/road/improvement.h"
#include "job/road/manifest.h"
#include "job/road/settle_types.h"
#include "job/road/slow_regions.h"
#include "options/option_tree.h"

namespace qtool {

QuantizeResult run_ptq(const PtqOptions& options, const Context& context) {
  const auto device = apply_with_device(context.common);
  JobData data(options.data);
  prepare_delivery(options, data);
  StageClock clock(context.progress);
  clock.begin("load and plan");
  auto opened = open_float_model(options.model, data, context.common.seed);
  settle_types(opened.model, data);
  check_metrics_apply(options, data, opened.model);
  auto start = begin_quantization(std::move(opened.model), identity_of(options.model), options.recipe,
                                  targets_named(options.target), options.engine);

  clock.begin("calibrate");
  const auto calibration = gather_statistics(start, options, data, device, context.progress);

  clock.begin("solve");
  auto settings = options;
  auto first = with_right_kernels(solve_first(start, calibration.statistics, options.recipe), start,
                                  calibration.statistics, settings, data);
  first = as_preferred(std::move(first), start, calibration.statistics, settings, data, context.progress);

  clock.begin("improve");
  const auto improved =
      improve_on_data(std::move(first), calibration, start, options, data, context.progress);

  const auto tree = option_tree(settings);
  const Assignment assignment{settings, context, data, settings_of(tree), recipe_of(tree)};
  return deliver({.start = start,
                  .solution = improved.solution,
                  .statistics = calibration.statistics,
                  .arrival = calibration.arrival,
                  .data_sha256 = calibration.data_sha256,
                  .improved = &improved},
                 assignment, clock);
}

}  // namespace qtool
