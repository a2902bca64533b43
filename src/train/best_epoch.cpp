#include "train/best_epoch.h"

namespace qtool {

bool BestEpoch::accept(int64_t epoch, double score, double standard_error) {
  if (kept >= 0 && score < highest_score - standard_error) return false;
  if (highest < 0 || score > highest_score) {
    highest = epoch;
    highest_score = score;
  }
  kept = epoch;
  return true;
}

}  // namespace qtool
