#include "calibrate/histogram_counter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/simd.h"

namespace qtool {
namespace {

constexpr size_t kChunk = 1024;
constexpr size_t kPrefetch = 2048;
constexpr int64_t kMaxRecent = int64_t{1} << 31;

/// Exact zeros, of which a ReLU makes half of all values, would all wait for one counter in memory: they get these many
/// behind the bins in turn, which are added up afterwards.
constexpr int32_t kZeroCounters = 16;

/// bins[i] = floor(values[i] * inverse_width) - first. Multiplying by a power of two is exact, so the floor is, too.
QTOOL_CLONES void bin_indices(const float* values, int32_t count, float inverse_width, int32_t first,
                              int32_t* bins) {
  for (int32_t i = 0; i < count; ++i) {
    const float scaled = values[i] * inverse_width;
    const auto truncated = static_cast<int32_t>(scaled);
    const int32_t bin = truncated - static_cast<int32_t>(static_cast<float>(truncated) > scaled) - first;
    const int32_t zero_counter = static_cast<int32_t>(Histogram::kBins) + (i & (kZeroCounters - 1));
    const int32_t is_zero =
        -static_cast<int32_t>(values[i] == 0);  // all bits or none: compilers do not vectorise ?:
    bins[i] = (bin & ~is_zero) | (zero_counter & is_zero);
  }
}

/// Meanwhile fetches as many floats from `ahead` on, which may lie behind the data's end: counting keeps the
/// first-level cache busy and leaves memory idle.
void count_bins(std::span<const int32_t> bins, const float* ahead, uint32_t* counts) {
  constexpr size_t kLine = 16;
  size_t i = 0;
  for (; i + kLine <= bins.size(); i += kLine) {
    __builtin_prefetch(ahead + i);
    for (size_t k = i; k < i + kLine; ++k) ++counts[bins[k]];
  }
  for (; i < bins.size(); ++i) ++counts[bins[i]];
}

}  // namespace

void HistogramCounter::settle() {
  if (recent_values_ == 0) return;
  const auto zeros = recent_.begin() + Histogram::kBins;
  recent_[static_cast<size_t>(-settled_.first())] += std::accumulate(zeros, recent_.end(), uint32_t{0});
  settled_.add_counts(std::span(recent_).first(Histogram::kBins));
  std::fill(recent_.begin(), recent_.end(), 0);
  recent_values_ = 0;
}

void HistogramCounter::make_room(float low, float high) {
  settle();
  settled_.make_room(low, high);
  lowest_ = settled_.lowest();
  highest_ = settled_.highest();
  recent_.resize(static_cast<size_t>(Histogram::kBins + kZeroCounters), 0);
}

void HistogramCounter::add(std::span<const float> values, float low, float high) {
  if (values.empty()) return;
  if (low < lowest_ || high >= highest_) make_room(low, high);
  const auto inverse_width = static_cast<float>(std::ldexp(1.0, -settled_.width_exponent()));
  const auto first = static_cast<int32_t>(settled_.first());
  std::array<int32_t, kChunk> bins;
  for (size_t start = 0; start < values.size(); start += kChunk) {
    const size_t count = std::min(kChunk, values.size() - start);
    if (recent_values_ > kMaxRecent) settle();
    recent_values_ += static_cast<int64_t>(count);
    bin_indices(values.data() + start, static_cast<int32_t>(count), inverse_width, first, bins.data());
    count_bins(std::span(bins).first(count), values.data() + start + kPrefetch, recent_.data());
  }
}

Histogram HistogramCounter::histogram() const {
  HistogramCounter all = *this;
  all.settle();
  return all.settled_;
}

}  // namespace qtool
