#include "tune/search.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace qtool {
namespace {

constexpr double kLeastNoise = 1e-12;  ///< below all that float32 can tell
constexpr double kFirstStep = 2;       ///< of noise as a power, 3 dB, beyond what is known to do

/// A stretch of the front: `low` meets the target, or is held to, `high` does not, or is behind the end.
struct Stretch {
  size_t low = 0, high = 0;
  [[nodiscard]] bool is_open() const { return high - low > 1; }
};

class Search {
 public:
  Search(const SearchSpace& space, const MeetsTarget& meets_target)
      : layers_(space.layers),
        meets_target_(meets_target),
        front_(front_of(space.layers)),
        baseline_(space.baseline),
        best_(space.baseline) {
    for (const auto& allocation : front_)
      noise_.push_back(std::max(noise_of(layers_, allocation), kLeastNoise));
  }

  void run() {
    found_ = tries(best_, Effort::kFull);
    const auto whole = around_baseline(found_);
    auto screened = whole;
    narrow(screened, Effort::kScreen);
    go_on_from(screened.low, whole);
    if (found_) refine();
  }

 private:
  bool tries(const Allocation& allocation, Effort effort) {
    const auto [known, is_new] = tried_.try_emplace({allocation, effort}, false);
    if (is_new) known->second = meets_target_(allocation, effort);
    return known->second;
  }

  bool tries(size_t place, Effort effort) {
    const bool met = tries(front_[place], effort);
    if (met && effort != Effort::kScreen) {
      best_ = front_[place];
      found_ = true;
    }
    return met;
  }

  /// More noise than the baseline's is for where that meets the target, less for where it does not. The first of the
  /// front is held to meet it: nothing has less noise.
  [[nodiscard]] Stretch around_baseline(bool met) const {
    const double noise = std::max(noise_of(layers_, best_), kLeastNoise);
    const auto first_above = size_t(std::upper_bound(noise_.begin(), noise_.end(), noise) - noise_.begin());
    if (met) return {first_above == 0 ? 0 : first_above - 1, front_.size()};
    return {0, std::max<size_t>(first_above, 1)};
  }

  [[nodiscard]] double log_noise(size_t place) const {
    return std::log(place < noise_.size() ? noise_[place] : noise_.back() * kFirstStep);
  }

  /// The place between the ends whose noise is nearest to this one.
  [[nodiscard]] size_t nearest(const Stretch& stretch, double log_of_noise) const {
    size_t best = stretch.low + 1;
    for (size_t i = best + 1; i < stretch.high; ++i)
      if (std::abs(log_noise(i) - log_of_noise) < std::abs(log_noise(best) - log_of_noise)) best = i;
    return best;
  }

  void narrow(Stretch& stretch, Effort effort) {
    while (stretch.is_open()) {
      const auto middle = nearest(stretch, (log_noise(stretch.low) + log_noise(stretch.high)) / 2);
      const bool met = tries(middle, effort);
      (met ? stretch.low : stretch.high) = middle;
      // So that there is something soon, whenever the search is stopped.
      if (met && effort == Effort::kScreen && best_ == baseline_) (void)tries(middle, Effort::kQuick);
    }
  }

  /// `place` is where screens ended: what is tried there quickly needs no full trial where it meets the target.
  void go_on_from(size_t place, Stretch stretch) {
    if (place > stretch.low && !tries(place, Effort::kQuick) && !tries(place, Effort::kFull)) {
      stretch.high = place;
    } else {
      stretch.low = place;
      double step = std::log(kFirstStep);
      while (stretch.is_open()) {
        const auto next = nearest(stretch, log_noise(stretch.low) + step);
        if (!tries(next, Effort::kFull)) {
          stretch.high = next;
          break;
        }
        stretch.low = next;
        step *= 2;
      }
    }
    narrow(stretch, Effort::kFull);
  }

  void refine() {
    std::set<size_t> failed;
    while (true) {
      const auto steps = steps_down(layers_, best_);
      const auto next = std::find_if(steps.begin(), steps.end(),
                                     [&](const Step& step) { return !failed.contains(step.layer); });
      if (next == steps.end()) return;
      auto candidate = best_;
      candidate[next->layer] = next->choice;
      if (tries(candidate, Effort::kFull))
        best_ = candidate;
      else
        failed.insert(next->layer);
    }
  }

  const std::vector<TunedLayer>& layers_;
  const MeetsTarget& meets_target_;
  std::vector<Allocation> front_;
  std::vector<double> noise_;  ///< of the front
  std::map<std::pair<Allocation, Effort>, bool> tried_ = {};
  const Allocation& baseline_;
  Allocation best_;
  bool found_ = false;  ///< whether best_ meets the target
};

}  // namespace

void search(const SearchSpace& space, const MeetsTarget& meets_target) { Search(space, meets_target).run(); }

}  // namespace qtool
