#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/interrupt.h"
#include "core/options.h"
#include "data/spec.h"
#include "graph/model.h"
#include "train/optimizer.h"
#include "train/schedule.h"

namespace qtool {

struct TrainOptions {
  int64_t epochs = 10;
  int64_t batch_size = 128;
  OptimizerOptions optimizer = {};
  ScheduleOptions schedule = {};
  double label_smoothing = 0;  ///< share of the target that is spread over all classes
  bool flip = false;           ///< mirror training images left-right, one in two
  int64_t shift_crop = 0;      ///< shift training images by up to this many pixels
  double validation = 0.05;    ///< share of the training data that is held out to choose the best epoch
  bool resume = false;         ///< go on from the checkpoint, where there is one
  int64_t seed = 0;            ///< order, augmentation, dropout; set by the job, which has one seed for all
};
template <class Visitor>
void describe(Visitor& v, TrainOptions& o) {
  v.field("epochs", o.epochs, "passes over the training data", at_least(1));
  v.field("batch_size", o.batch_size, "samples in one step", at_least(1));
  describe(v, o.optimizer);
  describe(v, o.schedule);
  v.field("label_smoothing", o.label_smoothing, "share of the target that is spread over all classes",
          between(0, 0.9));
  v.field("flip", o.flip, "mirror training images left-right, one in two");
  v.field("shift_crop", o.shift_crop, "shift training images by up to this many pixels", at_least(0));
  v.field("validation", o.validation,
          "share of the training data (its end) held out to choose the best epoch; 0: keep the last",
          between(0, 0.9));
  v.field("resume", o.resume, "go on from the checkpoint in the output folder, where there is one");
}

/// Where training is, after each step.
struct TrainProgress {
  int64_t epoch = 0, epochs = 0;  ///< the epoch counts from 0
  int64_t step = 0, steps = 0;    ///< done of all
  double loss = 0;                ///< mean of this epoch so far
  double accuracy = 0;            ///< likewise, on augmented data
  double images_per_second = 0;   ///< since this process began to train
  double seconds_left = 0;
};

/// One row of the training curve.
struct EpochResult {
  int64_t epoch = 0;  ///< from 0
  double loss = 0;    ///< mean over the epoch
  double accuracy = 0;
  double validation_accuracy = 0;  ///< NaN where nothing is held out
  double learning_rate = 0;        ///< of the last step
  double seconds = 0;              ///< since training began or was resumed
};

struct TrainResult {
  std::vector<EpochResult> history = {};  ///< one for each epoch, those before a resumption included
  int64_t best_epoch = 0;                 ///< the one whose weights the model has now
};

/// What the caller may want to hear. All may be empty.
struct TrainHooks {
  std::function<void(const TrainProgress&)> progress;  ///< after each step; may throw Error(kInterrupted)
  std::function<void(const EpochResult&)> epoch_end;
  std::function<bool()> stop = interrupt_requested;  ///< asked at each step
};

/// Trains `model` on the labels of `data` (its training split unless it names one); afterwards the model has
/// the best epoch's weights and is in evaluation mode. After each epoch, and when stopped, the state is
/// written to `checkpoint` (a file; empty: none). With `resume`, a run that was stopped or killed ends with
/// the same model as one that was not, given the same threads. Throws Error(kUsage) for data without labels,
/// labels outside the classes, a model without parameters, a loss that is not finite and a checkpoint of
/// another run, and Error(kInterrupted) when stopped.
TrainResult train(Model& model, const DataSpec& data, const TrainOptions& options,
                  const std::string& checkpoint, const TrainHooks& hooks = {});

}  // namespace qtool
