#pragma once
#include <string>
#include <vector>

#include "train/optimizer.h"
#include "train/trainer.h"

namespace qtool {

/// Where a run is, beside what model and optimizer hold.
struct TrainingState {
  int64_t epoch = 0;  ///< epochs done
  int64_t batch = 0;  ///< batches done of the next one
  int64_t step = 0;   ///< optimizer steps done
  double loss_sum = 0;
  int64_t right = 0, samples = 0;         ///< of the epoch under way
  std::vector<EpochResult> history = {};  ///< of the epochs done
  int64_t best_epoch = -1;
  std::vector<NamedTensor> best = {};  ///< parameters and buffers after the best epoch
};

/// Parameters and buffers, under `model/NAME`. The tensors are the model's own.
[[nodiscard]] std::vector<NamedTensor> model_tensors(const Model& model);
/// The same values in tensors of their own.
[[nodiscard]] std::vector<NamedTensor> snapshot(const std::vector<NamedTensor>& tensors);
/// Copies values into tensors of the same names, in the same order; throws Error(kUsage) where names or
/// shapes differ. `where` names the file in errors.
void restore(const std::vector<NamedTensor>& targets, const std::vector<NamedTensor>& values,
             const std::string& where);

/// Writes everything that a run depends on: state, model, optimizer, LibTorch's random state, and `identity`,
/// which says what run this is.
void save_checkpoint(const std::string& path, const TrainingState& state, const Model& model,
                     const Optimizer& optimizer, const std::string& identity);
/// save_checkpoint's inverse. Throws Error(kUsage) that names the first line of `identity` that differs.
[[nodiscard]] TrainingState load_checkpoint(const std::string& path, const Model& model,
                                            const Optimizer& optimizer, const std::string& identity);

/// One `key: value` line for the data and each option: runs with the same identity are the same run.
[[nodiscard]] std::string run_identity(const DataSpec& data, TrainOptions options);

}  // namespace qtool
