#include "job/qat.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/atomic_file.h"
#include "data/loader.h"
#include "graph/passes/canonicalise.h"
#include "graph/tensor_inputs.h"
#include "grid/affine.h"
#include "job/data_splits.h"
#include "job/delivery.h"
#include "job/open_model.h"
#include "job/qat_start.h"
#include "job/training_progress.h"
#include "job/training_verdict.h"
#include "options/option_tree.h"
#include "qat/staying_on_cpu.h"
#include "qat/training_model.h"
#include "simulate/fake_quant_state.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

constexpr const char* kHistoryName = "history.json";
constexpr const char* kCheckpointName = "checkpoints/last.pt";
constexpr double kQmaxOf3Bits = 3;

/// The switches as they must be in a step, by the milestones.
void set_switches(TrainingSwitches& switches, const FakeQuantOptions& options, int64_t step, int64_t steps) {
  const auto is_past = [&](double share) { return double(step) >= share * double(steps); };
  switches.observe(is_past(options.observe_at) && !is_past(options.freeze_ranges_at));
  switches.enable(is_past(options.quantize_at));
  switches.freeze_batch_norm(is_past(options.freeze_batch_norm_at));
}

/// Training of the simulated model, with what it needs.
class FineTuning {
 public:
  FineTuning(const Quantization& start, const std::vector<QParams>& qparams, const QatOptions& options,
             int64_t seed, at::Device device)
      : options_(options),
        device_(device),
        plan_(start.plan),
        trainee_(options.fake_quant.batch_norm == BatchNormMode::kTrained
                     ? canonicalise_unfolded(start.original)
                     : start.canonical.clone()),
        model_(make_training_model(trainee_, plan_, qparams,
                                   {options.fake_quant.weight_steps, options.fake_quant.activation_steps})),
        switches_(model_, plan_) {
    options_.train.seed = seed;
    const double taught = teacher_share(options.train, spec_of_split(options.data, Split::kTrain));
    if (!is_zoo(options.model) && taught > 0) teacher_ = start.canonical.clone();
  }

  TrainResult run(TrainHooks hooks) {
    hooks.before_step = [this](int64_t step, int64_t steps) {
      set_switches(switches_, options_.fake_quant, step, steps);
    };
    hooks.may_be_best = [this](int64_t first_step, int64_t steps) {
      return double(first_step) >= options_.fake_quant.quantize_at * double(steps);
    };
    const TrainTask task{.model = model_,
                         .data = parse_data_spec(options_.data),
                         .checkpoint = in_folder(options_.output, kCheckpointName),
                         .history = in_folder(options_.output, kHistoryName),
                         .teacher = teacher_ ? &*teacher_ : nullptr,
                         .rate_factor = step_rates(),
                         .device = device_,
                         .staying = staying_on_cpu(model_),
                         .identity = identity()};
    return train(task, options_.train, hooks);
  }

  /// The float weights as they are now, batch norm folded.
  [[nodiscard]] Model trained() const { return with_folded_batch_norm(trainee_); }

  /// The grids that belong to them. Steps of weights that are observed are those of the last forward pass, so there is
  /// one.
  [[nodiscard]] std::vector<QParams> qparams() {
    const at::NoGradGuard no_grad;
    switches_.enable(true);
    Loader loader(spec_of_split(options_.data, Split::kTrain), {tensor_inputs(model_)},
                  {.batch_size = 1, .count = 1});
    (void)model_.forward(loader.next()->inputs);
    return read_qparams(model_, plan_);
  }

 private:
  /// Rates of learned steps. What LSQ's gradient changes, in parts of the step, grows with the bits; with one rate for
  /// all, steps of 8 bits jump, and training diverges.
  [[nodiscard]] std::function<double(const std::string&)> step_rates() const {
    std::map<std::string, double> rates;
    for (const auto& site : plan_.sites)
      rates[fake_quant_path(site) + ".scale"] =
          options_.fake_quant.step_rate * std::min(1.0, kQmaxOf3Bits / double(site.scheme.qmax()));
    return [rates](const std::string& name) {
      const auto rate = rates.find(name);
      return rate == rates.end() ? 1.0 : rate->second;
    };
  }

  /// What else the run depends on: another recipe is another run.
  [[nodiscard]] std::string identity() const {
    auto options = options_;
    std::string lines = "model: " + options.model + "\n";
    for (const auto& [key, value] : settings_of(option_tree(options)))
      if (key.starts_with("quantize.") || key.starts_with("calibrate.") || key.starts_with("fake_quant."))
        lines += key + ": " + value + "\n";
    return lines;
  }

  QatOptions options_;
  at::Device device_;
  const QuantPlan& plan_;
  Model trainee_;  ///< canonical; shares its tensors with model_
  Model model_;
  TrainingSwitches switches_;
  std::optional<Model> teacher_;
};

std::vector<ReportEpoch> curve_of(const TrainResult& result) {
  std::vector<ReportEpoch> curve;
  for (const auto& epoch : result.history)
    curve.push_back({.epoch = epoch.epoch + 1,
                     .loss = epoch.loss,
                     .accuracy = epoch.accuracy,
                     .validation_accuracy = epoch.validation_accuracy,
                     .learning_rate = epoch.learning_rate,
                     .best = epoch.epoch == result.best_epoch});
  return curve;
}

/// The trained model with its weights on their grids. Without rounding such weights are no network that was ever
/// trained, so it is with them that the damage of activations is measured; weights do none.
Model with_rounded_weights(const Model& canonical, const QuantPlan& plan,
                           const std::vector<QParams>& qparams) {
  const at::NoGradGuard no_grad;
  auto model = canonical.clone();
  const auto weights = site_weights(model, plan);
  for (size_t i = 0; i < weights.size(); ++i)
    if (weights[i].defined()) weights[i].copy_(fake_quantize(weights[i], qparams[i]));
  return model;
}

}  // namespace

QuantizeResult run_qat(const QatOptions& options, const CommonOptions& common,
                       const std::string& resolved_config, Progress& progress) {
  const auto device = apply_with_device(common);
  prepare_folder(options);
  ensure_folder(in_folder(options.output, "checkpoints"));
  StageClock clock(progress);
  clock.begin("load and plan");
  auto start = begin_qat(options, common);

  clock.begin("calibrate");
  const auto [statistics, arrival] = calibrate_on_data(start.quantization, options, device, progress);
  const auto& plan = start.quantization.plan;
  const auto first_qparams =
      with_known_grids(settle_grids(start.quantization, options.recipe, statistics), start, plan);
  // Before training changes tensors that canonical and simulation share.
  auto before = simulate(start.quantization.canonical, plan, first_qparams);

  clock.begin("train");
  FineTuning fine_tuning(start.quantization, first_qparams, options, common.seed, device);
  std::vector<std::string> warnings;
  std::optional<TrainingDiverged> diverged;
  TrainResult training;
  try {
    training = fine_tuning.run(training_hooks(progress, warnings));
  } catch (const TrainingDiverged& error) {
    diverged = error;
    training = error.result;
  }

  auto canonical = fine_tuning.trained();
  const auto qparams = fine_tuning.qparams();
  if (is_zoo(options.model)) adopt_trained_float(start.quantization, canonical, options);
  auto settings = options;
  const Assignment assignment{options, common, resolved_config, settings_of(option_tree(settings))};
  Outcome outcome{start.quantization, canonical, qparams, statistics, arrival};
  if (!is_zoo(options.model)) outcome.rungs = {{"ptq", &before}};
  const auto rounded = with_rounded_weights(canonical, plan, qparams);
  outcome.reference = &rounded;
  QuantizeResult result{.report = deliver(outcome, assignment, clock, progress), .directory = options.output};
  result.report.curve = curve_of(training);
  if (auto verdict = training_verdict(result.report.accuracy)) warnings.push_back(*std::move(verdict));
  result.report.warnings.insert(result.report.warnings.end(), warnings.begin(), warnings.end());
  // Training that diverged in its first epoch has no history.
  const bool has_history = !training.history.empty();
  finish_report(result.report, assignment, clock,
                has_history ? std::vector<const char*>{kHistoryName} : std::vector<const char*>{});
  result.gates_passed = all_passed(result.report.gates);
  if (diverged) throw TrainingDiverged(*diverged);
  return result;
}

}  // namespace qtool
