#include "train/trainer.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "core/error.h"
#include "data/loader.h"
#include "measure/accuracy.h"
#include "train/data_parts.h"
#include "train/gradient_clipping.h"
#include "train/loss.h"
#include "train/memory_format.h"
#include "train/training_state.h"

namespace qtool {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
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
  return parameters;
}

/// One run over all epochs. Between any two steps its state is whole, so a checkpoint can be written.
class Trainer {
 public:
  Trainer(Model& model, const DataSpec& data, const TrainOptions& options, const std::string& checkpoint,
          const TrainHooks& hooks)
      : model_(model),
        options_(options),
        checkpoint_(checkpoint),
        hooks_(hooks),
        identity_(run_identity(data, options)),
        parts_(split_data(data, options)),
        training_(data, parts_.training),
        channels_last_(model),
        parameters_(trainable(model)),
        optimizer_(make_optimizer(options.optimizer, parameters_)),
        steps_(options.epochs * training_.batches()) {
    if (parts_.validation.count > 0) validation_.emplace(data, parts_.validation);
  }

  TrainResult run() {
    at::manual_seed(uint64_t(options_.seed));
    if (options_.resume && !checkpoint_.empty() && std::filesystem::exists(checkpoint_))
      state_ = load_checkpoint(checkpoint_, model_, *optimizer_, identity_);
    first_step_ = state_.step;
    begin_ = Clock::now();
    try {
      while (state_.epoch < options_.epochs) run_epoch();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInterrupted) save();
      throw;
    }
    restore(model_tensors(model_), state_.best, checkpoint_);
    model_.set_training(false);
    return {.history = state_.history, .best_epoch = state_.best_epoch};
  }

 private:
  void run_epoch() {
    model_.set_training(true);
    training_.start(state_.epoch, state_.batch);
    while (const auto batch = training_.next()) {
      if (hooks_.stop && hooks_.stop()) throw_interrupted();
      run_step(*batch);
      if (hooks_.progress) hooks_.progress(progress());
    }
    end_epoch();
    save();
    if (hooks_.epoch_end) hooks_.epoch_end(state_.history.back());
  }

  void run_step(const Batch& batch) {
    const at::Tensor logits = model_.forward(channels_last(batch.inputs)).at(0);
    AccuracyMeter meter("training data, " + place());
    meter.add(logits, batch.labels);
    const at::Tensor loss = cross_entropy(logits, batch.labels, options_.label_smoothing);
    const double loss_value = loss.item<double>();
    if (!std::isfinite(loss_value)) throw_diverged(loss_value);
    optimizer_->zero_grad();
    loss.backward();
    if (options_.optimizer.clip_norm > 0) clip_gradient_norm(parameters_, options_.optimizer.clip_norm);
    optimizer_->step(learning_rate());
    ++state_.step;
    ++state_.batch;
    state_.loss_sum += loss_value * double(batch.size());
    state_.right += meter.accuracy().top1_right;
    state_.samples += batch.size();
  }

  void end_epoch() {
    EpochResult result{.epoch = state_.epoch,
                       .loss = state_.loss_sum / double(state_.samples),
                       .accuracy = double(state_.right) / double(state_.samples),
                       .validation_accuracy = std::numeric_limits<double>::quiet_NaN(),
                       .learning_rate = learning_rate_at(options_.schedule, peak(), state_.step - 1, steps_),
                       .seconds = seconds_since(begin_)};
    bool is_best = true;
    if (validation_) {
      model_.set_training(false);
      result.validation_accuracy = accuracy(model_, *validation_).top1();
      // Of equals the later one: it has seen more data at a lower rate.
      is_best = state_.best_epoch < 0 || result.validation_accuracy >= best_accuracy();
    }
    if (is_best) {
      state_.best = snapshot(model_tensors(model_));
      state_.best_epoch = state_.epoch;
    }
    state_.history.push_back(result);
    ++state_.epoch;
    state_.batch = state_.right = state_.samples = 0;
    state_.loss_sum = 0;
  }

  void save() const {
    if (!checkpoint_.empty()) save_checkpoint(checkpoint_, state_, model_, *optimizer_, identity_);
  }

  TrainProgress progress() const {
    const double seconds = seconds_since(begin_);
    const auto done = double(state_.step - first_step_);
    return {.epoch = state_.epoch,
            .epochs = options_.epochs,
            .step = state_.step,
            .steps = steps_,
            .loss = state_.loss_sum / double(state_.samples),
            .accuracy = double(state_.right) / double(state_.samples),
            .images_per_second = done * double(options_.batch_size) / seconds,
            .seconds_left = seconds / done * double(steps_ - state_.step)};
  }

  double peak() const { return options_.optimizer.peak_learning_rate(); }
  double learning_rate() const { return learning_rate_at(options_.schedule, peak(), state_.step, steps_); }
  double best_accuracy() const { return state_.history[size_t(state_.best_epoch)].validation_accuracy; }

  std::string place() const {
    return "epoch " + std::to_string(state_.epoch + 1) + " of " + std::to_string(options_.epochs) +
           ", batch " + std::to_string(state_.batch + 1) + " of " + std::to_string(training_.batches());
  }

  [[noreturn]] void throw_interrupted() const {
    throw Error(
        ErrorKind::kInterrupted,
        {.what = "training was interrupted",
         .where = place(),
         .fix = checkpoint_.empty() ? "start again" : "the same command with --resume goes on from here"});
  }

  [[noreturn]] void throw_diverged(double loss) const {
    throw Error(
        ErrorKind::kUsage,
        {.what = "training diverged: the loss is not finite",
         .where = place(),
         .got = "loss " + std::to_string(loss) + " at learning rate " + std::to_string(learning_rate()),
         .expected = "a finite loss",
         .fix = "lower learning_rate, or set clip_norm; if it happens at once, look for NaN in the data"});
  }

  Model& model_;
  TrainOptions options_;
  std::string checkpoint_;
  TrainHooks hooks_;
  std::string identity_;
  DataParts parts_;
  Loader training_;
  std::optional<Loader> validation_;  ///< where something is held out
  ChannelsLast channels_last_;
  std::vector<NamedTensor> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  int64_t steps_;
  TrainingState state_;
  int64_t first_step_ = 0;
  Clock::time_point begin_;
};

}  // namespace

TrainResult train(Model& model, const DataSpec& data, const TrainOptions& options,
                  const std::string& checkpoint, const TrainHooks& hooks) {
  DataSpec training = data;
  training.split = data.split.value_or(Split::kTrain);
  return Trainer(model, training, options, checkpoint, hooks).run();
}

}  // namespace qtool
