#include "job/tune.h"

#include <algorithm>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/stage_clock.h"
#include "base/version.h"
#include "job/files/job_folder.h"
#include "job/input/open_model.h"
#include "job/options/time_budget.h"
#include "job/road/delivery.h"
#include "job/road/gate_labels.h"
#include "job/road/manifest.h"
#include "job/road/settle_types.h"
#include "job/tuning/tuner.h"
#include "options/option_tree.h"

namespace qtool {
namespace {

/// What the results of trials depend on; not how long there is for them, nor the target.
std::vector<std::pair<std::string, std::string>> identity(const TuneOptions& options,
                                                          const Quantization& start) {
  auto settings = options;
  auto lines = recipe_of(option_tree(settings));
  std::erase_if(lines, [](const auto& line) { return line.first == "time_budget"; });
  lines.insert(lines.begin(), {{"qtool", qtool_version()},
                               {"libtorch", libtorch_version()},
                               {"model", start.file.sha256},
                               {"data", options.data},
                               {"metric", options.metric}});
  return lines;
}

/// What an earlier run has left in the folder; a new report where there is none.
TuneReport begin_report(const TuneOptions& options, const Quantization& start) {
  const auto path = in_folder(options.output, kTuneFile);
  const auto ours = identity(options, start);
  TuneReport report;
  if (std::filesystem::exists(path)) {
    report = read_tune_report(read_file(path), path);
    for (size_t i = 0; i < std::max(ours.size(), report.identity.size()); ++i)
      if (i >= ours.size() || i >= report.identity.size() || ours[i] != report.identity[i])
        throw Error(
            ErrorKind::kUsage,
            {.what = "the folder holds a search with other settings",
             .where = path,
             .got = i < report.identity.size() ? report.identity[i].first + ": " + report.identity[i].second
                                               : "nothing",
             .expected = i < ours.size() ? ours[i].first + ": " + ours[i].second : "nothing",
             .fix = "choose another folder with -o, or remove tune.json to begin again"});
  }
  report.identity = ours;
  report.model = options.model;
  report.data = options.data;
  report.max_drop = *options.gates.max_drop;
  report.float_bytes = start.file.bytes;
  report.finished = false;
  return report;
}

[[noreturn]] void say_how_to_go_on(const Error& error) {
  auto complaint = error.complaint();
  complaint.fix = "the same command goes on from here";
  throw Error(error.kind(), complaint);
}

}  // namespace

TuneResult run_tune(const TuneOptions& options, const Context& context) {
  Budget budget(context.progress, seconds_of(options.time_budget, "--time-budget"));
  const auto device = apply_with_device(context.common);
  JobData data(options.data);
  // Data without labels has a drop of its own.
  auto checked = options;
  if (!data.has_targets(Split::kTest)) checked.gates = {};
  prepare_delivery(checked, data);
  StageClock clock(context.progress);
  clock.begin("load and plan");
  auto opened = open_float_model(options.model, data, context.common.seed);
  settle_types(opened.model, data);
  check_metrics_apply(checked, data, opened.model);
  auto start = begin_quantization(std::move(opened.model), identity_of(options.model), options.recipe,
                                  targets_named(options.target), options.engine);
  auto report = begin_report(options, start);

  clock.begin("calibrate");
  const auto calibration = gather_statistics(start, as_ptq(options), data, device, context.progress);

  Tuner tuner({options, context, data, device, start, calibration, budget}, std::move(report));
  try {
    clock.begin("choose a calibrator");
    tuner.choose_calibrator();
    clock.begin("try untuned");
    tuner.try_baseline();
    clock.begin("measure layers");
    tuner.measure();
    clock.begin("search");
    tuner.look_for_less();
  } catch (const OutOfTime&) {
    // What was found so far is the result.
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted) throw;
    say_how_to_go_on(error);
  }
  tuner.restore_best();
  return {tuner.report(), options.output};
}

}  // namespace qtool
