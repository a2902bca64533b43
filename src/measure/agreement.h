#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "measure/similarity.h"

namespace qtool {

/// How close a second model's outputs are to a first one's, over the same inputs.
struct Agreement {
  int64_t samples = 0;
  int64_t same_top1 = 0;      ///< samples whose largest value of the first output is at the same place
  double cosine = 0;          ///< of all outputs as one long vector
  double sqnr_db = 0;         ///< 10 log10(sum ref^2 / sum (ref - x)^2); infinite where equal
  double max_difference = 0;  ///< largest |ref - x|
  double differing = 0;       ///< fraction of elements that differ by more than half a step
  [[nodiscard]] double same() const { return samples ? double(same_top1) / double(samples) : 0.0; }
};

/// Gathers an Agreement over batches.
class AgreementMeter {
 public:
  /// `step` is the scale of the last quantized tensor, or 0: see Similarity.
  explicit AgreementMeter(double step = 0) : similarity_(step) {}
  /// The outputs of both models for one batch, each [N, ...]. Throws Error(kUsage) where number or size
  /// differ.
  void add(const std::vector<at::Tensor>& reference, const std::vector<at::Tensor>& outputs);
  [[nodiscard]] Agreement agreement() const;

 private:
  Similarity similarity_;
  int64_t samples_ = 0, same_top1_ = 0;
};

}  // namespace qtool
