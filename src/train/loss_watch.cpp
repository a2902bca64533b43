#include "train/loss_watch.h"

#include <algorithm>
#include <cmath>

namespace qtool {

void LossWatch::begin(int64_t steps, double lowest) {
  steps_ = steps;
  done_ = 0;
  lowest_ = lowest;
  sum_ = 0;
}

bool LossWatch::accept(double loss, double uninformed) {
  if (!std::isfinite(loss)) return false;
  const double above = std::max(loss, 0.0);
  if (lowest_ == kNone) lowest_ = above;
  limit_ = std::max(3 * lowest_, 2 * uninformed);
  sum_ += above;
  ++done_;
  return sum_ <= limit_ * double(steps_);
}

double LossWatch::lowest() const { return done_ > 0 ? std::min(lowest_, sum_ / double(done_)) : lowest_; }

}  // namespace qtool
