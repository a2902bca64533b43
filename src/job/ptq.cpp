#include "job/ptq.h"

#include "job/delivery.h"
#include "job/gate_labels.h"
#include "job/open_model.h"
#include "options/option_tree.h"

namespace qtool {

QuantizeResult run_ptq(const PtqOptions& options, const CommonOptions& common,
                       const std::string& resolved_config, Progress& progress) {
  const auto device = apply_with_device(common);
  prepare_folder(options);
  StageClock clock(progress);
  clock.begin("load and plan");
  auto opened = open_float_model(options.model, options.data, common.seed);
  check_gates_have_classes(options, opened.model);
  auto quantization =
      begin_quantization(std::move(opened.model), identity_of(options.model), options.recipe, options.engine);

  clock.begin("calibrate");
  const auto [statistics, arrival] = gather_statistics(quantization, options, device, progress);

  clock.begin("solve");
  const auto qparams = settle_grids(quantization, options.recipe, statistics);

  auto settings = options;
  const Assignment assignment{options, common, resolved_config, settings_of(option_tree(settings))};
  QuantizeResult result{.report = {}, .directory = options.output};
  result.report = deliver({quantization, quantization.canonical, qparams, statistics, arrival}, assignment,
                          clock, progress);
  finish_report(result.report, assignment, clock);
  result.gates_passed = all_passed(result.report.gates);
  return result;
}

}  // namespace qtool
