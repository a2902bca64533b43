#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace qtool {

/// 10 log10(reference / error) of two sums of squares, in dB; infinite where there is no error.
[[nodiscard]] double sqnr_of(double reference_square, double error_square);

/// How close a signal is to a reference, over any number of tensors as if they were one long vector. Sums are
/// kept in double. SQNR is the usual signal-to-quantization-noise ratio, 10 log10(sum r^2 / sum (r - x)^2).
class Similarity {
 public:
  /// Differences of more than half of `step` count as differing; 0: every difference.
  explicit Similarity(double step = 0) : half_step_(step / 2) {}
  /// Same number of elements in both, any shape and floating dtype. Where one axis but the last differs, as the number
  /// of detections does, the pair is left out; throws Error(kUsage) otherwise. Infinities that are equal weigh nothing.
  void add(const at::Tensor& reference, const at::Tensor& x);

  /// Pairs of tensors that are in none of the numbers. Where all are, cosine and SQNR are NaN.
  [[nodiscard]] int64_t left_out() const { return left_out_; }
  /// 1 for the same direction; 1 where both are all zero, 0 where one is.
  [[nodiscard]] double cosine() const;
  /// In dB; infinite where nothing differs, minus infinite where only the reference is zero.
  [[nodiscard]] double sqnr_db() const;
  [[nodiscard]] double max_difference() const { return max_difference_; }
  [[nodiscard]] double differing() const;  ///< fraction of the elements, from 0 to 1

 private:
  double half_step_;
  double reference_square_ = 0, x_square_ = 0, product_ = 0, error_square_ = 0, max_difference_ = 0;
  int64_t elements_ = 0, differing_ = 0, left_out_ = 0;
};

}  // namespace qtool
