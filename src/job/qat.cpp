#include "job/qat.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <optional>

#include "graph/passes/canonicalise.h"
#include "graph/tensor_inputs.h"
#include "grid/affine.h"
#include "job/files/job_folder.h"
#include "job/input/job_data.h"
#include "job/input/open_model.h"
#include "job/qat_start.h"
#include "job/road/delivery.h"
#include "job/road/doubtful_kernels.h"
#include "job/road/improvement.h"
#include "job/road/manifest.h"
#include "job/road/slow_regions.h"
#include "job/training_progress.h"
#include "options/option_tree.h"
#include "plan/site_weights.h"
#include "qat/staying_on_cpu.h"
#include "qat/training_model.h"
#include "simulate/fake_quant_state.h"
#include "simulate/simulate.h"
#include "zoo/zoo.h"

namespace qtool {
namespace {

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
  FineTuning(const Quantization& start, const Solution& solution, const QatOptions& options, JobData& data,
             int64_t seed, at::Device device)
      : options_(options),
        data_(data),
        device_(device),
        plan_(solution.plan),
        trainee_(options.fake_quant.batch_norm == BatchNormMode::kTrained
                     ? canonicalise_unfolded(start.original)
                     : solution.model.clone()),
        model_(make_training_model(trainee_, plan_, solution.qparams,
                                   {options.fake_quant.weight_steps, options.fake_quant.activation_steps})),
        switches_(model_, plan_) {
    options_.train.seed = seed;
    options_.train.metric = options.metric;
    const double taught = teacher_share(options.train, data.has_targets(Split::kTrain));
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
                         .data = data_.spec(Split::kTrain),
                         .dataset = data_.opened(Split::kTrain),
                         .checkpoint = in_folder(options_.output, kCheckpointFile),
                         .history = in_folder(options_.output, kHistoryFile),
                         .teacher = teacher_ ? &*teacher_ : nullptr,
                         .rate_factor = step_rates(),
                         .device = device_,
                         .staying = staying_on_cpu(model_),
                         .identity = identity(),
                         .agree = [this](const Peers& peers) { make_buffers_common(model_, plan_, peers); }};
    return train(task, options_.train, hooks);
  }

  /// What training has made of the solution: the float weights, batch norm folded, and the grids that belong to them.
  /// Steps of weights that are observed are those of the last forward pass, so there is one.
  [[nodiscard]] Solution trained() {
    const at::NoGradGuard no_grad;
    auto model = with_folded_batch_norm(trainee_);
    switches_.enable(true);
    (void)model_.forward(data_.first_samples(model_, 1));
    return {std::move(model), plan_, read_qparams(model_, plan_)};
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
      if (key.starts_with("quantize.") || key.starts_with("calibrate.") || key.starts_with("fake_quant.") ||
          key == "improve")
        lines += key + ": " + value + "\n";
    return lines;
  }

  QatOptions options_;
  JobData& data_;
  at::Device device_;
  const QuantPlan& plan_;
  Model trainee_;  ///< canonical; shares its tensors with model_
  Model model_;
  TrainingSwitches switches_;
  std::optional<Model> teacher_;
};

void tell_curve(TrainingStory& story, const TrainResult& result) {
  story.metric = result.metric;
  for (const auto& epoch : result.history)
    story.curve.push_back({.epoch = epoch.epoch + 1,
                           .loss = epoch.loss,
                           .score = epoch.score,
                           .validation_score = epoch.validation_score,
                           .learning_rate = epoch.learning_rate,
                           .best = epoch.epoch == result.best_epoch});
}

/// How the solution is made that training begins with: what is improved is named, and `auto` is nothing, since training
/// begins with weights whose batch norms are apart again, and does what improvements do.
QatOptions before_training(QatOptions options) {
  if (!is_list_of_improvements(options.improve)) options.improve = {kNoImprovements};
  return options;
}

/// The same solution with its weights on their grids. Without rounding such weights are no network that was ever
/// trained, so it is with them that the damage of activations is measured; weights do none.
Solution with_rounded_weights(const Solution& solution) {
  const at::NoGradGuard no_grad;
  Solution rounded{solution.model.clone(), solution.plan, solution.qparams};
  const auto weights = site_weights(rounded.model, rounded.plan);
  for (size_t i = 0; i < weights.size(); ++i)
    if (weights[i].defined()) weights[i].copy_(fake_quantize(weights[i], rounded.qparams[i]));
  return rounded;
}

}  // namespace

QuantizeResult run_qat(const QatOptions& options, const Context& context) {
  const auto device = apply_with_device(context.common);
  JobData data(options.data);
  (void)choose_loss(options.train.loss, options.train.label_smoothing);
  prepare_delivery(options, data);
  prepare_checkpoints(options.output);
  StageClock clock(context.progress);
  clock.begin("load and plan");
  auto [start, known_grids] = begin_qat(options, context.common, data);

  clock.begin("calibrate");
  const auto first_options = before_training(options);
  const auto calibration = calibrate_on_data(start, first_options, data, device, context.progress);
  auto settings = options;
  auto solved = with_right_kernels(solve_first(start, calibration.statistics, options.recipe), start,
                                   calibration.statistics, settings, data);
  solved = as_preferred(std::move(solved), start, calibration.statistics, settings, data, context.progress);
  solved = with_known_grids(std::move(solved), known_grids);

  clock.begin("improve");
  const auto improved =
      improve_on_data(std::move(solved), calibration, start, first_options, data, context.progress);
  const auto& first = improved.solution;
  // Before training changes tensors that canonical and simulation share.
  auto before = simulate(first);

  clock.begin("train");
  FineTuning fine_tuning(start, first, options, data, context.common.seed, device);
  TrainingStory story;
  std::optional<TrainingDiverged> diverged;
  try {
    tell_curve(story, fine_tuning.run(training_hooks(context.progress, story.warnings)));
  } catch (const TrainingDiverged& error) {
    diverged = error;
    tell_curve(story, error.result);
  }
  const auto solution = as_kernels_have_it(start, fine_tuning.trained());
  if (is_zoo(options.model)) adopt_trained_float(start, solution.model, options);

  const auto tree = option_tree(settings);
  const Assignment assignment{settings, context, data, settings_of(tree), recipe_of(tree)};
  const auto rounded = with_rounded_weights(solution);
  Outcome outcome{.start = start,
                  .solution = solution,
                  .statistics = calibration.statistics,
                  .arrival = calibration.arrival,
                  .data_sha256 = calibration.data_sha256,
                  .improved = &improved,
                  .explained = &rounded,
                  .training = std::move(story)};
  if (!is_zoo(options.model)) outcome.rungs = {{"ptq", &before}};
  auto result = deliver(outcome, assignment, clock);
  if (diverged) throw TrainingDiverged(*diverged);
  return result;
}

}  // namespace qtool
