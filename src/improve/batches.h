#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "calibrate/calibrate.h"
#include "graph/model.h"

namespace qtool {

/// Calibration samples, without labels, that can be gone over again and again.
struct Batches {
  int64_t count = 0;  ///< batches in one pass
  /// Begins a pass. There is one at a time: the one before is over, or gone.
  std::function<BatchSource()> pass = {};
};

/// The first batches of a pass: as many as make up `samples`, but at most one in `parts` of all, and one at least.
[[nodiscard]] Batches first_of(const Batches& batches, int64_t samples, int64_t parts = 1);

/// What a row looks at that costs no more than calibration.
[[nodiscard]] Batches few_of(const Batches& batches);

/// Samples of a batch, from the one with the index `begin` on.
[[nodiscard]] std::vector<at::Tensor> rows_of(const std::vector<at::Tensor>& batch, int64_t begin,
                                              int64_t count);

/// Whether the model runs on such a batch: one that takes batches of one size alone refuses others.
[[nodiscard]] bool takes(const Model& model, const std::vector<at::Tensor>& batch);

/// Samples for improvements to work with, and others for the judge alone.
struct DividedBatches {
  Batches work;
  std::vector<std::vector<at::Tensor>> held_out = {};  ///< empty where there is but one sample
};

/// Holds out every 8th batch, from the second on, until there are 64 samples; of a single batch the last fifth. Whole
/// batches stay whole, for models that take no others.
[[nodiscard]] DividedBatches hold_out(const Batches& all);

}  // namespace qtool
