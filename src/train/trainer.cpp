#include "train/trainer.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "base/atomic_file.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "graph/on_device.h"
#include "graph/tensor_inputs.h"
#include "measure/classes.h"
#include "measure/label_check.h"
#include "options/option_value.h"
#include "train/data_parts.h"
#include "train/gradient_clipping.h"
#include "train/history.h"
#include "train/loss.h"
#include "train/loss_watch.h"
#include "train/memory_format.h"
#include "train/score.h"
#include "train/training_state.h"

namespace qtool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kWindow = 32;  // steps, at most, between two good states
constexpr int64_t kBatchesOfScales = 8;
constexpr double kRateCut = 0.1;  // of a rollback

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

bool all_finite(const std::vector<NamedTensor>& parameters) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> tensors;
  for (const auto& parameter : parameters) tensors.push_back(parameter.tensor);
  return std::isfinite(at::stack(at::_foreach_norm(tensors)).norm().item<double>());
}

std::vector<NamedTensor> trainable(const Model& model) {
  std::vector<NamedTensor> parameters;
  for (const auto& parameter : model.parameters())
    if (parameter.tensor.requires_grad()) parameters.push_back(parameter);
  if (parameters.empty())
    throw Error(ErrorKind::kUsage,
                {.what = "the model has nothing to train",
                 .got = std::to_string(model.parameters().size()) + " parameters, none with a gradient",
                 .expected = "at least one parameter that requires a gradient",
                 .fix = "save the model before freezing it (torch.jit.freeze makes parameters constants)"});
  if (!all_finite(parameters))
    throw Error(ErrorKind::kUsage, {.what = "the model's parameters hold NaN or infinity",
                                    .got = "weights that are not finite before the first step",
                                    .expected = "finite weights",
                                    .fix = "start from a model that works; check how it was saved"});
  return parameters;
}

/// 0 without a teacher; throws where it has been asked to teach.
double checked_teacher_share(const TrainTask& task, const TrainOptions& options) {
  const bool nothing_else = options.loss == to_string(TargetLossKind::kDistillation);
  if (nothing_else && options.distillation.value_or(1) < 1)
    throw Error(ErrorKind::kUsage,
                {.what = "all of the loss is distillation, and distillation is to be a part of it",
                 .where = "distillation",
                 .got = print_value(*options.distillation) + " with --loss distillation",
                 .expected = "one of the two",
                 .fix = "leave --loss out for a mixture"});
  if (task.teacher) {
    QTOOL_ASSERT(task.teacher != &task.model);
    return teacher_share(options, task.dataset->has_targets());
  }
  if (nothing_else || options.distillation.value_or(0) > 0)
    throw Error(ErrorKind::kUsage,
                {.what = "distillation needs a teacher",
                 .where = "distillation",
                 .got = print_value(options.distillation.value_or(1)) + " without a teacher",
                 .expected = "a teacher, or no distillation",
                 .fix = "give a teacher, or leave distillation out"});
  return 0;
}

ReaderInputs readers_of(const TrainTask& task) {
  ReaderInputs readers = {tensor_inputs(task.model)};
  if (task.teacher) readers.push_back(tensor_inputs(*task.teacher));
  return readers;
}

LoaderOptions with_shard(LoaderOptions options, const Peers& peers) {
  options.shard = {peers.rank(), peers.size()};
  if (std::min(options.batch_size, options.count) >= peers.size()) return options;
  throw Error(ErrorKind::kUsage, {.what = "too few samples in a step for the processes that train",
                                  .got = "batches of " + std::to_string(options.batch_size) + " of " +
                                         std::to_string(options.count) + " samples, " +
                                         std::to_string(peers.size()) + " processes",
                                  .expected = "a sample of each batch for each process",
                                  .fix = "train with fewer processes, or with a larger batch_size"});
}

/// What a step adds to the curve: means over its samples.
struct StepMeans {
  int64_t samples = 0;
  double loss = 0, uninformed = 0, score = 0;
};

/// The step of all processes; NaN where that of one is.
StepMeans of_all(const StepMeans& mine, const Peers& peers) {
  if (peers.is_alone()) return mine;
  const auto samples = double(mine.samples);
  const auto sums = at::tensor(
      {samples, mine.loss * samples, mine.uninformed * samples, mine.score * samples}, at::kDouble);
  peers.sum(sums);
  const auto* sum = sums.data_ptr<double>();
  return {.samples = int64_t(sum[0]),
          .loss = sum[1] / sum[0],
          .uninformed = sum[2] / sum[0],
          .score = sum[3] / sum[0]};
}

/// One run over all epochs. Between any two steps its state is whole.
class Trainer {
 public:
  Trainer(const TrainTask& task, const TrainOptions& options, const TrainHooks& hooks)
      : task_(task),
        model_(task.model),
        options_(options),
        hooks_(hooks),
        identity_(run_identity(task, options)),
        metric_(choose_metric(options.metric)),
        loss_{.target = choose_loss(options.loss, options.label_smoothing),
              .distillation = checked_teacher_share(task, options),
              .temperature = options.temperature},
        parts_(split_data(task.data, *task.dataset, options, /*needs_labels=*/loss_.distillation < 1)),
        training_(task.data, task.dataset, readers_of(task), with_shard(parts_.training, task.peers)),
        label_check_(training_),
        channels_last_(model_),
        on_device_(model_, task.device, task.staying),
        parameters_(trainable(model_)),
        optimizer_(make_optimizer(options.optimizer, parameters_, task.rate_factor)),
        steps_(options.epochs * training_.batches()) {
    if (parts_.validation.count > 0)
      validation_.emplace(task.data, task.dataset, readers_of(task), parts_.validation);
    if (options.patience > 0 && !validation_) throw_impatient();
    if (!task.teacher) return;
    teacher_channels_last_.emplace(*task.teacher);
    teacher_on_device_.emplace(*task.teacher, task.device);
    task.teacher->set_training(false);
  }

  TrainResult run() {
    loss_.error_scales = scales_of_teacher();
    at::manual_seed(uint64_t(options_.seed + peers().rank()));
    if (options_.resume && !task_.checkpoint.empty() && std::filesystem::exists(task_.checkpoint)) {
      good_ = load_checkpoint(task_.checkpoint, identity_);
      go_back();
      write_history();  // the run may have ended between the checkpoint and the history
    } else {
      for (const auto& [name, tensor] : model_tensors(model_)) peers().broadcast(tensor.detach(), 0);
      keep_good_state();
    }
    begin_ = saved_ = Clock::now();
    try {
      while (!finished()) run_epoch();
    } catch (const Error& error) {
      const bool interrupted = error.kind() == ErrorKind::kInterrupted;
      const bool worth_keeping = good_.state.step > 0 && error.kind() != ErrorKind::kMachine;
      if (worth_keeping || interrupted) save();
      if (interrupted) throw_interrupted();  // a hook does not know how to go on
      throw;
    }
    choose_best();
    return result();
  }

 private:
  [[nodiscard]] bool finished() const {
    const int64_t highest = state_.best_epoch.highest;
    const bool waited_enough =
        options_.patience > 0 && highest >= 0 && state_.epoch - 1 - highest >= options_.patience;
    return waited_enough || state_.epoch >= options_.epochs;
  }

  /// To the end of the epoch, or until the loss diverges; then the state is an earlier one.
  void run_epoch() {
    model_.set_training(true);
    training_.start(state_.epoch, state_.batch);
    watch_.begin(window(), state_.lowest_loss);
    while (const auto batch = training_.next()) {
      throw_if_stopped();
      if (hooks_.before_step) hooks_.before_step(state_.step, steps_);
      if (!run_step(*batch)) return;
      if (hooks_.progress) hooks_.progress(progress());
      const bool at_end = state_.batch == training_.batches();
      if (!at_end && state_.batch % window() == 0 && !end_window()) return;
    }
    if (!judge_window()) return;
    end_epoch();
    keep_good_state();
    save();
    write_history();
    if (hooks_.epoch_end) hooks_.epoch_end(state_.history.back());
  }

  [[nodiscard]] const Peers& peers() const { return task_.peers; }

  void write_history() const {
    if (peers().is_first() && !task_.history.empty() && !state_.history.empty())
      write_file(task_.history,
                 history_json(state_.history, score_info(state_.metric, metric_), state_.best_epoch.kept));
  }

  /// False where the loss diverged and the step was not taken.
  [[nodiscard]] bool run_step(const Batch& batch) {
    const std::vector<at::Tensor> inputs = placed(batch.inputs), taught = ask_teacher(inputs);
    const std::vector<at::Tensor> outputs = model_.forward(inputs);
    if (!loss_.target.own) label_check_.check(outputs.at(0));
    ScoreMeter meter("training data, " + place(), metric_, loss_by_targets());
    meter.add(on_device(outputs, at::kCPU), batch.targets, taught);
    const Loss loss = training_loss(outputs, batch.targets, taught, loss_);
    if (!std::isfinite(loss.value)) check_finite(batch);
    const StepMeans step = of_all(
        {.samples = batch.size(), .loss = loss.value, .uninformed = loss.uninformed, .score = meter.score()},
        peers());
    if (!watch_.accept(step.loss, step.uninformed)) {
      roll_back(step.loss);
      return false;
    }
    optimizer_->zero_grad();
    loss.backward(outputs);
    average_gradients(double(batch.size()), double(step.samples));
    if (options_.optimizer.clip_norm > 0) clip_gradient_norm(parameters_, options_.optimizer.clip_norm);
    optimizer_->step(learning_rate(state_.step));
    agree();
    ++state_.step;
    ++state_.batch;
    ++steps_run_;
    last_loss_ = step.loss;
    state_.metric = meter.info().name;
    state_.loss_sum += step.loss * double(step.samples);
    state_.score_sum += step.score * double(step.samples);
    state_.samples += step.samples;
    return true;
  }

  /// Of `samples` of the step's `all`.
  void average_gradients(double samples, double all) const {
    for (const auto& [name, tensor] : parameters_)
      if (const at::Tensor gradient = tensor.grad(); gradient.defined())
        average(gradient, samples, all, peers());
  }

  void agree() const {
    if (peers().is_alone()) return;
    if (task_.agree) return task_.agree(peers());
    for (const auto& [name, tensor] : model_.buffers())
      if (tensor.is_floating_point()) average(tensor, 1, double(peers().size()), peers());
  }

  /// As the model on its device takes them.
  [[nodiscard]] std::vector<at::Tensor> placed(const std::vector<at::Tensor>& inputs) const {
    return on_device(channels_last(inputs), task_.device);
  }

  /// Empty where none is learned by.
  [[nodiscard]] std::optional<TargetLoss> loss_by_targets() const {
    return loss_.distillation < 1 ? std::optional(loss_.target) : std::nullopt;
  }

  /// On the CPU.
  [[nodiscard]] std::vector<at::Tensor> ask_teacher(const std::vector<at::Tensor>& inputs) const {
    if (!task_.teacher) return {};
    const at::NoGradGuard no_grad;
    return on_device(task_.teacher->forward(inputs), at::kCPU);
  }

  /// By the first batches, so that a run that goes on has the same; empty where nothing but logits is learned.
  [[nodiscard]] std::vector<double> scales_of_teacher() {
    if (!task_.teacher || loss_.distillation == 0) return {};
    ErrorScales scales;
    training_.start();
    for (int64_t i = 0; i < kBatchesOfScales; ++i) {
      throw_if_stopped();
      const auto batch = training_.next();
      if (!batch) break;
      const auto taught = ask_teacher(placed(batch->inputs));
      if (std::all_of(taught.begin(), taught.end(), is_logits)) return {};
      scales.add(taught);
    }
    scales.add_up(peers());
    return scales.scales();
  }

  /// A loss can be finite and its gradient not.
  [[nodiscard]] bool judge_window() {
    if (!peers().any(!all_finite(parameters_))) {
      state_.lowest_loss = watch_.lowest();
      state_.retries = 0;
      return true;
    }
    roll_back(last_loss_);
    return false;
  }

  [[nodiscard]] bool end_window() {
    if (!judge_window()) return false;
    keep_good_state();
    watch_.begin(window(), state_.lowest_loss);
    const bool is_due = options_.checkpoint_every > 0 && seconds_since(saved_) >= options_.checkpoint_every;
    if (peers().any(is_due)) save();
    return true;
  }

  void end_epoch() {
    EpochResult result{.epoch = state_.epoch,
                       .loss = state_.loss_sum / double(state_.samples),
                       .score = state_.score_sum / double(state_.samples),
                       .validation_score = std::numeric_limits<double>::quiet_NaN(),
                       .learning_rate = learning_rate(state_.step - 1),
                       .seconds = 0};
    double standard_error = 0, merit = result.validation_score;
    if (validation_) {
      const ScoreMeter held_out = validate();
      result.validation_score = peers().of_first(held_out.score());
      standard_error = peers().of_first(held_out.standard_error());
      const bool is_higher_better = held_out.info().better == Better::kHigher;
      merit = is_higher_better ? result.validation_score : -result.validation_score;
    }
    result.seconds = seconds_since(begin_);
    const int64_t first_step = state_.step - training_.batches();
    const bool may_be_best = !hooks_.may_be_best || hooks_.may_be_best(first_step, steps_);
    if (may_be_best && state_.best_epoch.accept(state_.epoch, merit, standard_error))
      state_.best = copies_of(model_tensors(model_));
    state_.history.push_back(result);
    ++state_.epoch;
    state_.batch = state_.samples = 0;
    state_.loss_sum = state_.score_sum = 0;
  }

  [[nodiscard]] ScoreMeter validate() {
    const at::NoGradGuard no_grad;
    model_.set_training(false);
    ScoreMeter meter("held-out data", metric_, loss_by_targets());
    validation_->start();
    while (const auto batch = validation_->next()) {
      throw_if_stopped();
      const std::vector<at::Tensor> inputs = placed(batch->inputs);
      const auto outputs = on_device(model_.forward(inputs), at::kCPU);
      meter.add(outputs, batch->targets, ask_teacher(inputs));
    }
    return meter;
  }

  /// Leaves the model as the job wants it: with the weights of the best epoch where there is one, else as it is.
  void choose_best() {
    if (state_.best_epoch.kept >= 0) copy_into(model_tensors(model_), state_.best, task_.checkpoint);
    model_.set_training(false);
  }

  [[nodiscard]] TrainResult result() const {
    const int64_t best = state_.best_epoch.kept;
    return {.history = state_.history,
            .metric = score_info(state_.metric, metric_),
            .best_epoch = best >= 0 ? best : state_.epoch - 1};
  }

  void keep_good_state() { take_snapshot(state_, model_, *optimizer_, good_); }

  void go_back() {
    restore(good_, model_, *optimizer_, task_.checkpoint);
    state_ = good_.state;
  }

  void roll_back(double loss) {
    const Rollback rollback{.where = place(),
                            .loss = loss,
                            .limit = watch_.limit(),
                            .step = good_.state.step,
                            .rate_factor = good_.state.rate_factor * kRateCut};
    const double rate = learning_rate(state_.step);
    const bool again = good_.state.retries > 0;
    if (!again) {
      good_.state.rate_factor = rollback.rate_factor;
      ++good_.state.retries;
    }
    go_back();
    if (again) throw_diverged(rollback, rate);
    if (hooks_.rolled_back) hooks_.rolled_back(rollback);
  }

  void save() {
    saved_ = Clock::now();
    if (peers().is_first() && !task_.checkpoint.empty()) save_checkpoint(task_.checkpoint, good_, identity_);
  }

  [[nodiscard]] TrainProgress progress() const {
    const double seconds = seconds_since(begin_);
    const auto run = double(steps_run_);
    return {.epoch = state_.epoch,
            .epochs = options_.epochs,
            .step = state_.step,
            .steps = steps_,
            .loss = state_.loss_sum / double(state_.samples),
            .score = state_.score_sum / double(state_.samples),
            .metric = score_info(state_.metric, metric_),
            .images_per_second = run * double(options_.batch_size) / seconds,
            .seconds_left = seconds / run * double(steps_ - state_.step)};
  }

  /// Steps between two good states: windows divide each epoch, so that none spans two.
  [[nodiscard]] int64_t window() const {
    const int64_t batches = training_.batches(), windows = (batches + kWindow - 1) / kWindow;
    return (batches + windows - 1) / windows;
  }

  [[nodiscard]] double learning_rate(int64_t step) const {
    return state_.rate_factor *
           learning_rate_at(options_.schedule, options_.optimizer.peak_learning_rate(), step, steps_);
  }

  [[nodiscard]] std::string place() const {
    return "epoch " + std::to_string(state_.epoch + 1) + " of " + std::to_string(options_.epochs) +
           ", batch " + std::to_string(state_.batch + 1) + " of " + std::to_string(training_.batches());
  }

  void throw_if_stopped() const {
    if (peers().any(hooks_.stop && hooks_.stop())) throw_interrupted();
  }

  [[noreturn]] void throw_interrupted() const {
    throw Error(ErrorKind::kInterrupted,
                {.what = "training was interrupted",
                 .where = place(),
                 .fix = task_.checkpoint.empty() ? "start again"
                                                 : "the same command with --resume goes on from here"});
  }

  /// A loss that is not finite may be the fault of the data.
  void check_finite(const Batch& batch) const {
    for (const auto& input : batch.inputs) {
      if (!input.is_floating_point()) continue;
      const at::Tensor finite = at::isfinite(input).reshape({batch.size(), -1}).all(1);
      if (finite.all().item<bool>()) continue;
      const auto bad = finite.logical_not().nonzero()[0].item<int64_t>();
      throw Error(ErrorKind::kUsage,
                  {.what = "a training sample holds NaN or infinity",
                   .where = to_string(task_.data),
                   .got = training_.name_of(state_.epoch, state_.batch, bad) + ", in " + place(),
                   .expected = "finite numbers",
                   .fix = "mend or remove the sample; the checkpoint of before is kept"});
    }
  }

  [[noreturn]] void throw_diverged(const Rollback& rollback, double rate) {
    const Complaint complaint{
        .what = "training diverged twice in a row",
        .where = rollback.where,
        .got = "loss " + std::to_string(rollback.loss) + " at learning rate " + std::to_string(rate),
        .expected = "a mean loss of at most " + std::to_string(rollback.limit) +
                    ", after the rate had been cut to a tenth already",
        .fix = "lower learning_rate, or set clip_norm; the model has the best weights so far"};
    choose_best();
    throw TrainingDiverged(complaint, result());
  }

  [[noreturn]] static void throw_impatient() {
    throw Error(ErrorKind::kUsage, {.what = "to stop early, something must be held out",
                                    .where = "patience",
                                    .got = "validation 0",
                                    .expected = "a share of the data that says which epoch is best",
                                    .fix = "raise validation, or leave patience out"});
  }

  TrainTask task_;
  Model& model_;
  TrainOptions options_;
  TrainHooks hooks_;
  std::string identity_;
  MetricChoice metric_;
  LossOptions loss_;
  DataParts parts_;
  Loader training_;
  LabelCheck label_check_;            ///< of all of the data, also what is held out
  std::optional<Loader> validation_;  ///< where something is held out
  // Reordered on the CPU on both ways: on a device whose memory is full, there would be none for it.
  ChannelsLast channels_last_;
  OnDevice on_device_;
  std::optional<ChannelsLast> teacher_channels_last_;
  std::optional<OnDevice> teacher_on_device_;
  std::vector<NamedTensor> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  int64_t steps_;
  TrainingState state_;
  Snapshot good_;  ///< where a rollback leads to, and what checkpoints hold
  LossWatch watch_;
  double last_loss_ = 0;
  int64_t steps_run_ = 0;  ///< by this process
  Clock::time_point begin_, saved_;
};

}  // namespace

std::string help_of_distillation(const TrainOptions& options) {
  return "share of the loss that comes from the teacher; by default 1 for data without targets, 0 for mse "
         "and a loss "
         "of your own, else " +
         print_value(options.taught_share);
}

double teacher_share(const TrainOptions& options, bool has_targets) {
  if (options.distillation) return *options.distillation;
  if (options.loss == to_string(TargetLossKind::kDistillation)) return 1;
  if (!options.loss.empty() && options.loss != to_string(TargetLossKind::kCrossEntropy)) return 0;
  return has_targets ? options.taught_share : 1;
}

std::string to_string(const Rollback& rollback) {
  char numbers[160];
  std::snprintf(numbers, sizeof numbers,
                ": loss %.4g (at most %.4g); training goes on from step %lld with %.3g of the learning rate",
                rollback.loss, rollback.limit, static_cast<long long>(rollback.step), rollback.rate_factor);
  return "the loss diverged in " + rollback.where + numbers;
}

TrainResult train(const TrainTask& task, const TrainOptions& options, const TrainHooks& hooks) {
  TrainTask with_data = task;
  with_data.data.split = task.data.split.value_or(Split::kTrain);
  if (!with_data.dataset) with_data.dataset = open_dataset(with_data.data);
  return Trainer(with_data, options, hooks).run();
}

}  // namespace qtool
