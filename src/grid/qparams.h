#pragma once
#include <ATen/core/Tensor.h>

#include "grid/scheme.h"

namespace qtool {

/// A learned scale is held above this.
inline constexpr float kSmallestScale = 1e-12F;

/// Scale and zero point of one range.
struct Grid {
  double scale = 1;  ///< a float32 value: what kernels and ONNX store
  int64_t zero_point = 0;
};
/// The grid of `scheme` that covers the finite range [low, high], widened so that real zero is exact. A range
/// that is empty or a single zero gives scale 1. Training calls it for each tensor of each step.
[[nodiscard]] Grid cover(const QuantScheme& scheme, double low, double high);

/// Values float32 as files hold them: float16 where that is all there is to them, else as they are.
[[nodiscard]] at::Tensor in_fewest_bytes(const at::Tensor& scales);

/// Scale and zero point of one site. Cannot exist invalid: the constructor checks sizes, that each scale is
/// finite and positive, and that each zero point lies in [qmin, qmax]; it throws Error(kUnquantizable) that
/// names the value. Scales of groups are rounded to float16, so that files can hold them in two bytes, unless one of
/// them is so small that float16 has less than 8 bits for it.
class QParams {
 public:
  /// `scale` float64 [K], `zero_point` int64 [K]; K is 1 per tensor, C per channel, and of groups C times
  /// their number in a channel, those of a channel one behind the other.
  QParams(const QuantScheme& scheme, at::Tensor scale, at::Tensor zero_point);
  /// Per tensor.
  QParams(const QuantScheme& scheme, double scale, int64_t zero_point);

  /// The parameters whose grids cover [low, high] (float64 [K] each), see qtool::cover. A range that is NaN or
  /// infinite throws; one that is empty or a single zero is reported by the caller (core/affine knows no site).
  static QParams cover(const QuantScheme& scheme, const at::Tensor& low, const at::Tensor& high);
  static QParams cover(const QuantScheme& scheme, double low, double high);

  /// Those of a tensor whose grid is found when it runs: there are none to ask for.
  static QParams at_run_time(const QuantScheme& scheme) { return QParams(scheme); }
  [[nodiscard]] bool is_known() const { return scale_.defined(); }

  [[nodiscard]] const QuantScheme& scheme() const { return scheme_; }
  [[nodiscard]] const at::Tensor& scales() const;       ///< float64 [K]
  [[nodiscard]] const at::Tensor& zero_points() const;  ///< int64 [K]
  [[nodiscard]] double scale() const;                   ///< per tensor only
  [[nodiscard]] int64_t zero_point() const;             ///< per tensor only
  [[nodiscard]] double low() const;                     ///< smallest real value of the grid, per tensor only
  [[nodiscard]] double high() const;                    ///< largest real value of the grid, per tensor only

 private:
  explicit QParams(const QuantScheme& scheme) : scheme_(scheme) {}

  QuantScheme scheme_;
  at::Tensor scale_, zero_point_;
};

}  // namespace qtool
