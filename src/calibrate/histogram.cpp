#include "calibrate/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/simd.h"

namespace qtool {
namespace {

/// 2^-126 is the smallest normal float; its inverse is finite.
constexpr int kSmallestExponent = -126;
constexpr size_t kChunk = 1024;

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

int64_t floor_half(int64_t value) { return value >> 1; }

}  // namespace

double Histogram::width() const { return std::ldexp(1.0, exponent_); }

int64_t Histogram::total() const { return std::accumulate(counts_.begin(), counts_.end(), int64_t{0}); }

bool Histogram::fits(double low, double high) const {
  const double first_index = std::floor(low / width()), last_index = std::floor(high / width());
  return first_index >= double(first_) && last_index < double(first_ + kBins);
}

void Histogram::open_to_negatives() {
  // Twice the width first, so that the positive half still fits into its half of the bins.
  coarsen_to(exponent_ + 1);
  std::copy_backward(counts_.begin(), counts_.begin() + kBins / 2, counts_.begin() + kBins);
  std::fill(counts_.begin(), counts_.begin() + kBins / 2, 0);
  first_ = -kBins / 2;
}

void Histogram::coarsen_to(int exponent) {
  for (; exponent_ < exponent; ++exponent_) {
    std::vector<int64_t> coarse(kBins + kZeroCounters, 0);
    for (int64_t i = 0; i < kBins; ++i)
      coarse[static_cast<size_t>(floor_half(first_ + i) - first_)] += counts_[static_cast<size_t>(i)];
    counts_ = std::move(coarse);
  }
}

void Histogram::make_room(float low, float high) {
  if (counts_.empty()) {
    counts_.assign(kBins + kZeroCounters, 0);
    first_ = low < 0 ? -kBins / 2 : 0;
    exponent_ = kSmallestExponent;
    while (!fits(low, high)) ++exponent_;
    return;
  }
  if (low < 0 && first_ == 0) open_to_negatives();
  int exponent = exponent_;
  const auto fits_at = [&](int e) {
    const double w = std::ldexp(1.0, e);
    return std::floor(low / w) >= double(first_) && std::floor(high / w) < double(first_ + kBins);
  };
  while (!fits_at(exponent)) ++exponent;
  coarsen_to(exponent);
}

void Histogram::add(std::span<const float> values, float low, float high) {
  if (values.empty()) return;
  make_room(low, high);
  const auto inverse_width = static_cast<float>(std::ldexp(1.0, -exponent_));
  std::array<int32_t, kChunk> bins;
  for (size_t start = 0; start < values.size(); start += kChunk) {
    const size_t count = std::min(kChunk, values.size() - start);
    bin_indices(values.data() + start, static_cast<int32_t>(count), inverse_width,
                static_cast<int32_t>(first_), bins.data());
    for (size_t i = 0; i < count; ++i) ++counts_[static_cast<size_t>(bins[i])];
  }
  counts_[static_cast<size_t>(-first_)] +=
      std::accumulate(counts_.begin() + kBins, counts_.end(), int64_t{0});
  std::fill(counts_.begin() + kBins, counts_.end(), 0);
}

void Histogram::merge(const Histogram& other) {
  if (other.counts_.empty()) return;
  if (counts_.empty()) {
    *this = other;
    return;
  }
  Histogram theirs = other;
  if (first_ != theirs.first_) (first_ == 0 ? *this : theirs).open_to_negatives();
  const int exponent = std::max(exponent_, theirs.exponent_);
  coarsen_to(exponent);
  theirs.coarsen_to(exponent);
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += theirs.counts_[i];
}

Histogram Histogram::restore(int width_exponent, int64_t first, std::vector<int64_t> counts) {
  QTOOL_ASSERT(counts.empty() || counts.size() == static_cast<size_t>(kBins));
  Histogram histogram;
  histogram.exponent_ = width_exponent;
  histogram.first_ = first;
  histogram.counts_ = std::move(counts);
  if (!histogram.counts_.empty()) histogram.counts_.resize(kBins + kZeroCounters, 0);
  return histogram;
}

}  // namespace qtool
