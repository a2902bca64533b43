#pragma once
#include <cstdint>
#include <limits>

namespace qtool {

/// Tells a loss that diverges from one that is only noisy. Steps are judged in windows: a window is bad when a loss
/// in it is not finite, or when its mean exceeds both three times the lowest mean of a window so far (before the
/// first has ended: the very first loss) and twice what a model that knows nothing would have. The second limit is
/// what a fine loss may jump to without harm, e.g. when fake-quant is switched on.
class LossWatch {
 public:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  /// A window of `steps` steps begins; `lowest` is the lowest mean so far, or kNone.
  void begin(int64_t steps, double lowest);
  /// Takes the loss of a step, and what a model that knows nothing would have. False where the window is bad
  /// already, whatever may follow: a negative loss, which one of the user's may have, counts as 0.
  [[nodiscard]] bool accept(double loss, double uninformed);
  /// The lowest mean so far, this window included, which ends here.
  [[nodiscard]] double lowest() const;
  [[nodiscard]] double limit() const { return limit_; }  ///< that the window's mean must not exceed

 private:
  int64_t steps_ = 1, done_ = 0;
  double lowest_ = kNone, sum_ = 0, limit_ = kNone;
};

}  // namespace qtool
