#pragma once
#include <ATen/core/Tensor.h>

#include "grid/qparams.h"
#include "improve/adam.h"

namespace qtool {

/// How far learned rounding is.
struct RoundingRates {
  double rounding, scale;
  double sharpness;  ///< weight of the regulariser
  double power;      ///< its exponent (beta): the higher, the less it says of weights in the middle
};

/// A weight whose rounding and scales are learned: (down + h(v)) * scale, where `down` is the lower of the two integers
/// beside it, and h(v) = clamp(1.2 sigmoid(v) - 0.1, 0, 1). See AdaRound, arXiv:2004.10568, equations 22 to 24.
class RoundedWeight {
 public:
  /// Learns where `weight` goes, and writes into it.
  RoundedWeight(at::Tensor weight, const QParams& grid);

  [[nodiscard]] const at::Tensor& weight() const { return weight_; }
  /// As learned so far, between the integers.
  void write_soft() const;
  /// On the grid, as learned.
  void write_hard() const;
  /// As it was.
  void write_back() const;
  [[nodiscard]] QParams grid() const;  ///< as learned

  /// Moves along the gradient of the loss by the weight that was written.
  void step(const at::Tensor& gradient, const RoundingRates& rates);

 private:
  [[nodiscard]] at::Tensor share() const;  ///< h(v)
  [[nodiscard]] at::Tensor scale() const;  ///< float32 [K]
  [[nodiscard]] at::Tensor along(const at::Tensor& scales) const;
  [[nodiscard]] at::Tensor sum_by_scale(const at::Tensor& values) const;

  at::Tensor weight_, original_;
  QParams before_;
  at::Tensor down_, v_;        ///< like the weight
  at::Tensor first_, change_;  ///< float32 [K]: the scales before, and by which share they have changed
  Adam of_rounding_, of_scale_;
};

}  // namespace qtool
