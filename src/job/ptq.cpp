#include "job/ptq.h"

#include <filesystem>

#include "calibrate/calibrate.h"
#include "calibrate/solve.h"
#include "calibrate/statistics_file.h"
#include "core/atomic_file.h"
#include "core/cpu.h"
#include "core/option_tree.h"
#include "core/version.h"
#include "data/loader.h"
#include "job/damage.h"
#include "job/data_splits.h"
#include "job/gate_labels.h"
#include "job/quantization.h"
#include "job/speed.h"
#include "job/stage_clock.h"
#include "job/verification.h"
#include "lower/quantized_ops.h"
#include "measure/resources.h"
#include "report/sha256.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

constexpr const char* kInt8Name = "model.int8.pt";
constexpr const char* kFakeQuantName = "model.fakequant.pt";
constexpr const char* kCalibrationName = "calibration.json";
constexpr const char* kConfigName = "config.resolved.yaml";
constexpr int64_t kDamageSamples = 64;

std::string in_folder(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

/// A file that the job would write must not be its input.
void check_input_survives(const PtqOptions& options) {
  for (const char* name : {kInt8Name, kFakeQuantName}) {
    std::error_code ignored;
    if (!std::filesystem::equivalent(options.model, in_folder(options.output, name), ignored)) continue;
    throw Error(ErrorKind::kUsage, {.what = "the output would overwrite the input",
                                    .where = options.model,
                                    .got = "-o " + options.output,
                                    .expected = "another folder than the model's",
                                    .fix = "choose another folder with -o"});
  }
}

std::vector<at::Tensor> damage_sample(const PtqOptions& options) {
  if (options.data.empty()) return {};
  Loader loader(spec_of_split(options.data, Split::kTrain),
                {.batch_size = kDamageSamples, .count = kDamageSamples});
  auto batch = loader.next();
  return batch ? std::move(batch->inputs) : std::vector<at::Tensor>();
}

ReportTool describe_tool(const Quantization& quantization, const CommonOptions& common) {
  return {.version = qtool_version(),
          .libtorch = libtorch_version(),
          .engine = to_string(quantization.engine),
          .cpu_features = cpu_features(),
          .threads = thread_count(common),
          .seed = common.seed};
}

}  // namespace

PtqResult run_ptq(const PtqOptions& options, const CommonOptions& common, const std::string& resolved_config,
                  Progress& progress) {
  apply(common);
  check_input_survives(options);
  check_gates_have_labels(options);
  ensure_folder(options.output);
  StageClock clock(progress);
  const auto path = [&](const char* name) { return in_folder(options.output, name); };

  clock.begin("load and plan");
  auto quantization = begin_quantization(options.model, options.recipe, options.engine);

  clock.begin("calibrate");
  const auto statistics = gather_statistics(quantization, options, progress);

  clock.begin("solve");
  const auto qparams = solve(quantization.plan, statistics, site_weights(quantization));

  clock.begin("simulate and lower");
  auto simulated = simulate(quantization.canonical, quantization.plan, qparams);
  const auto int8 = lower_to_quantized_ops(quantization.canonical, quantization.plan, qparams);

  clock.begin("write");
  write_statistics(statistics, path(kCalibrationName));
  simulated.save(path(kFakeQuantName));
  int8.save(path(kInt8Name));
  write_file(path(kConfigName), resolved_config);

  PtqResult result{.report = {}, .directory = options.output};
  auto& report = result.report;
  report.tool = describe_tool(quantization, common);
  report.model = {options.model, quantization.model_sha256};
  report.data = {options.data, statistics.samples};
  report.size = {file_bytes(options.model), file_bytes(path(kInt8Name))};
  auto settings = options;
  report.settings = settings_of(option_tree(settings));
  for (auto& warning : examine(statistics)) report.warnings.push_back(std::move(warning));

  if (options.verify_samples != 0 && !options.data.empty()) {
    clock.begin("verify");
    auto verification = verify(quantization, qparams, simulated, path(kInt8Name), options, progress);
    report.accuracy = std::move(verification.accuracy);
    report.simulated_vs_int8 = verification.simulated_vs_int8;
    for (auto& warning : verification.warnings) report.warnings.push_back(std::move(warning));
    clock.begin("time");
    report.timing.latency = compare_speed(options.model, path(kInt8Name), options);
  }
  if (options.report) {
    clock.begin("find the damage");
    report.layers = layer_report(quantization, qparams, damage_sample(options));
  }
  report.gates = check_gates(options.gates, report);
  result.gates_passed = all_passed(report.gates);
  for (const char* name : {kInt8Name, kFakeQuantName, kCalibrationName, kConfigName})
    report.files.push_back(describe_file(options.output, name));
  report.timing.stages_s = clock.stages();
  report.timing.peak_rss_bytes = peak_rss_bytes();
  if (options.report) {
    write_file(path("report.json"), to_json(report));
    write_file(path("report.md"), to_markdown(report));
  }
  return result;
}

}  // namespace qtool
