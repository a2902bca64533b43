#include "calibrate/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace qtool {
namespace {

/// 2^-126 is the smallest normal float; its inverse is finite.
constexpr int kSmallestExponent = -126;

}  // namespace

double Histogram::width() const { return std::ldexp(1.0, exponent_); }

int64_t Histogram::total() const { return std::accumulate(counts_.begin(), counts_.end(), int64_t{0}); }

bool Histogram::fits_at(int exponent, double low, double high) const {
  const double width = std::ldexp(1.0, exponent);
  return low >= double(first_) * width && high < double(first_ + kBins) * width;
}

void Histogram::open_to_negatives() {
  // Twice the width first, so that the positive half still fits into its half of the bins.
  coarsen_to(exponent_ + 1);
  std::copy_backward(counts_.begin(), counts_.begin() + kBins / 2, counts_.begin() + kBins);
  std::fill(counts_.begin(), counts_.begin() + kBins / 2, 0);
  first_ = -kBins / 2;
}

void Histogram::coarsen_to(int exponent) {
  const int doublings = std::min(exponent - exponent_, 63);
  if (doublings <= 0) return;
  exponent_ = exponent;
  std::vector<int64_t> coarse(kBins, 0);
  for (int64_t i = 0; i < kBins; ++i)
    coarse[static_cast<size_t>(((first_ + i) >> doublings) - first_)] += counts_[static_cast<size_t>(i)];
  counts_ = std::move(coarse);
}

void Histogram::make_room(double low, double high) {
  if (counts_.empty()) {
    counts_.assign(kBins, 0);
    first_ = low < 0 ? -kBins / 2 : 0;
    exponent_ = kSmallestExponent;
  } else if (low < 0 && first_ == 0) {
    open_to_negatives();
  }
  int exponent = exponent_;
  while (!fits_at(exponent, low, high)) ++exponent;
  coarsen_to(exponent);
}

void Histogram::add_counts(std::span<const uint32_t> counts) {
  QTOOL_ASSERT(counts.size() == counts_.size());
  for (size_t i = 0; i < counts.size(); ++i) counts_[i] += counts[i];
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
  return histogram;
}

}  // namespace qtool
