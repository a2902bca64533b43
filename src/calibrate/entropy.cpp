#include "calibrate/entropy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "grid/qparams.h"

namespace qtool {
namespace {

constexpr int kSteps = 64;

/// The distribution is compared at this resolution whatever the range: by the histogram's own bins, a narrow range
/// would merge fewer of them, so that values which are all alike (of a constant background, say) would seem the
/// better kept the more of the others are clipped.
constexpr size_t kParts = 512;

/// How many values lie below any point, each bin's being spread evenly over it.
class Cumulative {
 public:
  /// Real zero is exact on every grid, so its bin, which holds half of all values after a ReLU, is left out: it
  /// would look merged with its neighbours, the more of them the wider the range.
  explicit Cumulative(const Histogram& histogram)
      : first_(histogram.first()), inverse_width_(1 / histogram.width()) {
    below_.reserve(static_cast<size_t>(Histogram::kBins) + 1);
    below_.push_back(0);
    for (int64_t bin = 0; bin < Histogram::kBins; ++bin) {
      const bool holds_zero = first_ + bin == 0;
      const auto count = static_cast<double>(histogram.counts()[static_cast<size_t>(bin)]);
      below_.push_back(below_.back() + (holds_zero ? 0 : count));
    }
  }

  [[nodiscard]] double total() const { return below_.back(); }
  [[nodiscard]] double below(double value) const {
    const double place = value * inverse_width_ - static_cast<double>(first_);
    if (place <= 0) return 0;
    if (place >= static_cast<double>(Histogram::kBins)) return total();
    const auto bin = static_cast<size_t>(place);
    return below_[bin] + (place - static_cast<double>(bin)) * (below_[bin + 1] - below_[bin]);
  }

 private:
  int64_t first_;
  double inverse_width_;
  std::vector<double> below_;
};

/// How many values lie in each part of a grid, kParts or more of them, the same number in each level; those outside
/// of the grid are piled up in its first and last part.
struct Parts {
  std::vector<double> counts;
  size_t per_level = 0;
  double under = 0, over = 0;  ///< what is piled up
};

Parts parts_of(const Cumulative& values, const QParams& grid) {
  const auto levels = static_cast<size_t>(grid.scheme().qmax() - grid.scheme().qmin() + 1);
  Parts parts;
  parts.per_level = std::max<size_t>(2, kParts / levels);
  parts.counts.reserve(levels * parts.per_level);
  const double step = grid.scale() / static_cast<double>(parts.per_level),
               bottom = grid.low() - grid.scale() / 2;
  double below = parts.under = values.below(bottom);
  for (size_t part = 1; part <= levels * parts.per_level; ++part) {
    const double next = values.below(bottom + static_cast<double>(part) * step);
    parts.counts.push_back(next - below);
    below = next;
  }
  parts.over = values.total() - below;
  parts.counts.front() += parts.under;
  parts.counts.back() += parts.over;
  return parts;
}

/// Kullback-Leibler divergence, in nats, of the parts' values from those inside the grid merged into its levels and
/// spread again evenly over those parts of each level that hold something.
double divergence(const Parts& parts, double total) {
  const double inside = total - parts.under - parts.over;
  double sum = 0;
  for (size_t first = 0; first < parts.counts.size(); first += parts.per_level) {
    const auto level = std::span(parts.counts).subspan(first, parts.per_level);
    const auto used =
        static_cast<double>(std::ranges::count_if(level, [](double count) { return count > 0; }));
    double merged = std::accumulate(level.begin(), level.end(), 0.0);
    if (first == 0) merged -= parts.under;
    if (first + parts.per_level == parts.counts.size()) merged -= parts.over;
    // Where only clipped values fill a level, the least share that a count can have stands in.
    const double spread = merged > 0 ? merged / used / inside : 1 / total;
    for (const double count : level)
      if (count > 0) sum += count / total * std::log(count / total / spread);
  }
  return sum;
}

}  // namespace

ValueRange entropy_range(const SiteStatistics& statistics, const QuantScheme& scheme) {
  const Cumulative values(statistics.histogram);
  const double low = std::min(statistics.low, 0.0), high = std::max(statistics.high, 0.0);
  ValueRange best{low, high};
  if (values.total() == 0) return best;  // zeros only
  double least = std::numeric_limits<double>::infinity();
  for (int step = kSteps; step >= 1; --step) {
    // One threshold for both signs: the shorter side is clipped only where the longer one has come down to it.
    const double threshold = std::max(-low, high) * step / kSteps;
    const ValueRange range{std::max(low, -threshold), std::min(high, threshold)};
    const auto grid = QParams::cover(scheme, range.low, range.high);
    if (grid.scale() < statistics.histogram.width()) break;  // bins no longer tell what a level merges
    const double value = divergence(parts_of(values, grid), values.total());
    if (value >= least) continue;
    least = value;
    best = range;
  }
  return best;
}

}  // namespace qtool
