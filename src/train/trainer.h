#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/peers.h"
#include "data/dataset.h"
#include "data/spec.h"
#include "graph/model.h"
#include "measure/metric_info.h"
#include "options/options.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/target_loss.h"

namespace qtool {

struct TrainOptions {
  int64_t epochs = 10;
  int64_t batch_size = 128;
  OptimizerOptions optimizer = {};
  ScheduleOptions schedule = {};
  std::string loss = {};       ///< what choose_loss() takes; empty: by outputs and targets
  double label_smoothing = 0;  ///< share of the target that is spread over all classes
  /// Share of the loss that comes from the teacher. Not given: 1 for data without targets and where the loss is
  /// distillation, 0 where it is the squared error or one of the user's, else taught_share.
  std::optional<double> distillation = {};
  double taught_share = 0.5;      ///< the job's, no option
  double temperature = 2;         ///< of distillation, see train/loss.h
  bool flip = false;              ///< mirror training images left-right, one in two
  int64_t shift_crop = 0;         ///< shift training images by up to this many pixels
  double validation = 0.05;       ///< share of the training data that is held out to choose the best epoch
  int64_t patience = 0;           ///< stop after this many epochs without a higher held-out score; 0: never
  double checkpoint_every = 120;  ///< seconds between checkpoints within an epoch; 0: only at its end
  bool resume = false;            ///< go on from the checkpoint, where there is one
  std::string metric =
      {};            ///< what epochs are scored by, see ScoreMeter; set by the job, which has one for all
  int64_t seed = 0;  ///< order, augmentation, dropout; set by the job, which has one seed for all
};
/// One line for people, with the share that is taken where none is given.
[[nodiscard]] std::string help_of_distillation(const TrainOptions& options);

template <class Visitor>
void describe(Visitor& v, TrainOptions& o) {
  v.field("epochs", o.epochs, "passes over the training data", at_least(1));
  v.field("batch_size", o.batch_size, "samples in one step", at_least(1));
  describe(v, o.optimizer);
  describe(v, o.schedule);
  v.field("loss", o.loss, kHelpOfLoss, one_of(names_of<TargetLossKind>()), path_field);
  v.field("label_smoothing", o.label_smoothing, "share of the target that is spread over all classes",
          between(0, 0.9));
  v.field("distillation", o.distillation, help_of_distillation(o).c_str(), between(0, 1));
  v.field("temperature", o.temperature,
          "what logits are divided by before they are compared with the teacher's", between(0.1, 100));
  v.field("flip", o.flip, "mirror training images left-right, one in two");
  v.field("shift_crop", o.shift_crop, "shift training images by up to this many pixels", at_least(0));
  v.field("validation", o.validation,
          "share of the training data (its end) held out to choose the best epoch; 0: keep the last",
          between(0, 0.9));
  v.field("patience", o.patience, "stop after this many epochs without a higher held-out score; 0: never",
          at_least(0));
  v.field("checkpoint_every", o.checkpoint_every,
          "seconds between checkpoints within an epoch; 0: only at its end", at_least(0));
  v.field("resume", o.resume, "go on from the checkpoint in the output folder, where there is one");
}

/// Share of the loss that comes from the teacher, where there is one; `has_targets`: the data.
[[nodiscard]] double teacher_share(const TrainOptions& options, bool has_targets);

/// What a run works on.
struct TrainTask {
  Model& model;
  DataSpec data;                          ///< the training split unless it names one
  std::shared_ptr<Dataset> dataset = {};  ///< what `data` names, open; empty: training opens it
  std::string checkpoint = {};            ///< file that the state is written to; empty: none
  std::string history = {};               ///< JSON file that has the curve after each epoch; empty: none
  /// Answers to learn from; not the model itself. Runs without gradients and stays in evaluation mode.
  Model* teacher = nullptr;
  RateFactor rate_factor = {};  ///< of each parameter; empty: 1 for all
  at::Device device =
      at::kCPU;  ///< where the model and the teacher are while they train; afterwards on the CPU
  /// Tensors of the model that stay on the CPU.
  std::vector<at::Tensor> staying = {};
  /// Lines `key: value` of all else that the run depends on: a checkpoint with other ones is of another run.
  std::string identity = {};
  /// Those that train the same model, each on its part of every batch.
  const Peers& peers = alone();
  /// Makes common to all what a step has moved besides parameters; not called where there is one process. Empty:
  /// buffers become their mean.
  std::function<void(const Peers&)> agree = {};
};

/// Where training is, after each step.
struct TrainProgress {
  int64_t epoch = 0, epochs = 0;  ///< the epoch counts from 0
  int64_t step = 0, steps = 0;    ///< done of all
  double loss = 0;                ///< mean of this epoch so far
  double score = 0;               ///< likewise, on augmented data; see ScoreMeter
  MetricInfo metric = {};         ///< what `score` is
  double images_per_second = 0;   ///< since this process began to train
  double seconds_left = 0;
};

/// One row of the training curve.
struct EpochResult {
  int64_t epoch = 0;            ///< from 0
  double loss = 0;              ///< mean over the epoch
  double score = 0;             ///< see ScoreMeter
  double validation_score = 0;  ///< NaN where nothing is held out
  double learning_rate = 0;     ///< of the last step
  double seconds = 0;           ///< since training began or was resumed
};

struct TrainResult {
  std::vector<EpochResult> history = {};  ///< one for each epoch, those before a resumption included
  MetricInfo metric = {};                 ///< what their scores are; where no step was run just `score`
  int64_t best_epoch = 0;                 ///< the one whose weights the model has now; -1: none has ended
};

/// The loss diverged, and training goes on from an earlier step at a lower rate.
struct Rollback {
  std::string where = {};  ///< e.g. `epoch 2 of 3, batch 17 of 445`
  double loss = 0;         ///< that of the step; may be NaN
  double limit = 0;        ///< that the mean loss must not exceed
  int64_t step = 0;        ///< from which training goes on
  double rate_factor = 1;  ///< of the learning rate, from now on to the end
};

/// One sentence that says all of it.
[[nodiscard]] std::string to_string(const Rollback& rollback);

/// What the caller may hear and do. All may be empty. Those that change the model (in place: its parameters and
/// buffers are the only memory that a checkpoint has) must do so from their arguments alone, as a step is run again
/// after a rollback or a resumption.
struct TrainHooks {
  /// After each step; may throw Error(kInterrupted).
  std::function<void(const TrainProgress&)> progress = {};
  std::function<void(const EpochResult&)> epoch_end = {};
  /// Asked at each batch, of validation too.
  std::function<bool()> stop = interrupt_requested;
  /// Steps count from 0; the model is in training mode.
  std::function<void(int64_t step, int64_t steps)> before_step = {};
  /// May the epoch that began with this step become the best? Empty: each may.
  std::function<bool(int64_t first_step, int64_t steps)> may_be_best = {};
  std::function<void(const Rollback&)> rolled_back = {};
};

/// Training diverged twice in a row. The model has the best epoch's weights, or where no epoch has ended the last
/// ones before the loss diverged, and is in evaluation mode: save it, then let the error go on.
class TrainingDiverged : public Error {
 public:
  TrainingDiverged(const Complaint& complaint, TrainResult so_far)
      : Error(ErrorKind::kUsage, complaint), result(std::move(so_far)) {}
  TrainResult result;
};

/// Trains the model on the labels of the data, on the teacher's answers, or on both; afterwards it has the best
/// epoch's weights (the last epoch's where none may be best) and is in evaluation mode.
///
/// Every 32 steps or so, and at each epoch's end, the state is kept in memory as good. A loss that diverges (see
/// LossWatch) takes training back there, with a tenth of the learning rate from then on; if it diverges again
/// before the next good state, training ends with TrainingDiverged.
///
/// The good state is what is written to the checkpoint: after each epoch, every so often within, and when stopped.
/// With `resume`, a run that was stopped or killed ends with the same model as one that was not, given the same
/// threads, on a CPU. Throws Error(kUsage) for labels outside the classes, data without labels where they are needed,
/// samples that are not finite, a model without parameters and a checkpoint of another run, Error(kMachine) where
/// a checkpoint cannot be written (the one before stays whole), and Error(kInterrupted) when stopped.
///
/// Where several processes train, all begin with the first one's model and take each step with the mean gradient of the
/// whole batch, so that they end with the same weights; a loss that is NaN for one is so for all. Each judges all that
/// is held out, and the first one's score counts. The first alone writes files. Random numbers that a model draws
/// differ between them, and after a resumption from what they would have been for all but the first.
TrainResult train(const TrainTask& task, const TrainOptions& options, const TrainHooks& hooks = {});

}  // namespace qtool
