#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "measure/similarity.h"

namespace qtool {

/// How close a second model's outputs are to a first one's, over the same inputs.
struct Agreement {
  int64_t samples = 0;
  /// Samples whose first output, if it is logits, has its largest value at the same place.
  std::optional<int64_t> same_top1 = {};
  /// Of the others those of which the reference puts one place above the other by more than what rounding explains: two
  /// steps, or where there is no step a 128th of the sample's range.
  int64_t unlike_top1 = 0;
  double cosine = 0;          ///< of all outputs as one long vector
  double sqnr_db = 0;         ///< 10 log10(sum ref^2 / sum (ref - x)^2); infinite where equal
  double max_difference = 0;  ///< largest |ref - x|
  double differing = 0;       ///< fraction of elements that differ by more than half a step
  [[nodiscard]] std::optional<double> same() const {
    if (!same_top1) return std::nullopt;
    return samples ? double(*same_top1) / double(samples) : 0.0;
  }
};

/// Gathers an Agreement over batches.
class AgreementMeter {
 public:
  /// `step` is the scale of the last quantized tensor, or 0: see Similarity.
  explicit AgreementMeter(double step = 0) : similarity_(step), step_(step) {}
  /// The outputs of both models for one batch, each [N, ...]. Throws Error(kUsage) where number or size
  /// differ.
  void add(const std::vector<at::Tensor>& reference, const std::vector<at::Tensor>& outputs);
  [[nodiscard]] Agreement agreement() const;

 private:
  void compare_top1(const at::Tensor& reference, const at::Tensor& output);

  Similarity similarity_;
  double step_;
  int64_t samples_ = 0, same_top1_ = 0, unlike_top1_ = 0;
  bool has_classes_ = true;
};

}  // namespace qtool
