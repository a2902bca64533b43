#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "calibrate/calibrator.h"

namespace qtool {
namespace {

constexpr int kCandidates = 64;

/// Kullback-Leibler divergence of `counts`, with what lies outside [begin, end) piled up on its first and
/// last bin, from the same bins merged into `levels` levels and spread again over those bins of each level
/// that hold something.
double divergence(std::span<const int64_t> counts, size_t begin, size_t end, size_t levels, double total) {
  const auto sum = [&](size_t from, size_t to) {
    return std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(from),
                           counts.begin() + static_cast<std::ptrdiff_t>(to), 0.0);
  };
  const double below = sum(0, begin), above = sum(end, counts.size()), inside = total - below - above;
  if (inside <= 0) return std::numeric_limits<double>::infinity();
  const size_t bins = end - begin;
  double result = 0;
  for (size_t level = 0; level < levels; ++level) {
    const size_t from = begin + level * bins / levels, to = begin + (level + 1) * bins / levels;
    const double level_count = sum(from, to);
    const auto used =
        std::count_if(counts.begin() + static_cast<std::ptrdiff_t>(from),
                      counts.begin() + static_cast<std::ptrdiff_t>(to), [](int64_t c) { return c > 0; });
    const double q = used > 0 ? level_count / static_cast<double>(used) / inside : 0;
    for (size_t bin = from; bin < to; ++bin) {
      double p = static_cast<double>(counts[bin]);
      if (bin == begin) p += below;
      if (bin + 1 == end) p += above;
      if (p == 0) continue;
      // A bin that only the clipped values fill has no share in q; the least share that a count can have
      // stands in.
      p /= total;
      result += p * std::log(p / (counts[bin] > 0 ? q : 1 / total));
    }
  }
  return result;
}

}  // namespace

ValueRange entropy_range(const SiteStatistics& statistics, const QuantScheme& scheme) {
  const auto& histogram = statistics.histogram;
  const auto counts = histogram.counts();
  const auto levels = static_cast<size_t>(scheme.qmax() - scheme.qmin() + 1);
  const double low = std::min(statistics.low, 0.0), high = std::max(statistics.high, 0.0);
  const auto total = static_cast<double>(histogram.total());
  const auto bin_of = [&](double value) {
    return static_cast<size_t>(
        std::clamp<int64_t>(static_cast<int64_t>(std::floor(value / histogram.width())) - histogram.first(),
                            0, Histogram::kBins - 1));
  };
  ValueRange best{low, high};
  double best_divergence = std::numeric_limits<double>::infinity();
  for (int candidate = kCandidates; candidate >= 1; --candidate) {
    const double share = double(candidate) / kCandidates;
    const size_t begin = bin_of(low * share), end = bin_of(high * share) + 1;
    if (end - begin < levels) break;
    const double value = divergence(counts, begin, end, levels, total);
    if (value >= best_divergence) continue;
    best_divergence = value;
    best = {low * share, high * share};
  }
  return best;
}

}  // namespace qtool
