#pragma once
#include <string>
#include <vector>

#include "train/best_epoch.h"
#include "train/loss_watch.h"
#include "train/optimizer.h"
#include "train/trainer.h"

namespace qtool {

/// Where a run is, beside what model and optimizer hold.
struct TrainingState {
  int64_t epoch = 0;                   ///< epochs done
  int64_t batch = 0;                   ///< batches done of the next one
  int64_t step = 0;                    ///< optimizer steps done
  double loss_sum = 0, score_sum = 0;  ///< over the samples of the epoch under way
  int64_t samples = 0;                 ///< of the epoch under way
  double lowest_loss = LossWatch::kNone;
  double rate_factor = 1;                 ///< of the learning rate; a tenth after each rollback
  int64_t retries = 0;                    ///< rollbacks to this very state
  std::string metric = {};                ///< name of what the scores are, once a step was run
  std::vector<EpochResult> history = {};  ///< of the epochs done
  BestEpoch best_epoch = {};
  std::vector<NamedTensor> best = {};  ///< parameters and buffers after the one that is kept
};

/// Everything that a run goes on from.
struct Snapshot {
  TrainingState state = {};
  std::vector<NamedTensor> tensors = {};  ///< copies of the model's and the optimizer's
  at::Tensor random_state = {};           ///< LibTorch's
};

/// Parameters and buffers, under `model/NAME`. The tensors are the model's own.
[[nodiscard]] std::vector<NamedTensor> model_tensors(const Model& model);
/// The same values in tensors of their own.
[[nodiscard]] std::vector<NamedTensor> copies_of(const std::vector<NamedTensor>& tensors);
/// Copies values into tensors of the same names, in the same order; throws Error(kUsage) where names or
/// shapes differ. `where` names the file in errors.
void copy_into(const std::vector<NamedTensor>& targets, const std::vector<NamedTensor>& values,
               const std::string& where);

/// Fills `snapshot`, in the memory that an earlier one of the same run has.
void take_snapshot(const TrainingState& state, const Model& model, const Optimizer& optimizer,
                   Snapshot& snapshot);
/// Brings model, optimizer and LibTorch's random numbers back. `where` is the file it comes from, for errors.
void restore(const Snapshot& snapshot, const Model& model, const Optimizer& optimizer,
             const std::string& where);

/// Writes the snapshot and `identity`, which says what run this is.
void save_checkpoint(const std::string& path, const Snapshot& snapshot, const std::string& identity);
/// save_checkpoint's inverse. Throws Error(kUsage) that names the first line of `identity` that differs.
[[nodiscard]] Snapshot load_checkpoint(const std::string& path, const std::string& identity);

/// One `key: value` line for the data and each option, then the task's own: runs with the same identity are the
/// same run.
[[nodiscard]] std::string run_identity(const TrainTask& task, TrainOptions options);

}  // namespace qtool
