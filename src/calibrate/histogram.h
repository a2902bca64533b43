#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace qtool {

/// Counts of values in kBins bins of one width, a power of two: bin i holds [(first + i) * width, (first + i
/// + 1) * width). `first` is 0 as long as nothing negative was seen, else -kBins / 2. Where a value does not
/// fit, the width doubles and bins are added in pairs, which loses nothing: the histogram of any data is the
/// same in whatever order and in however many pieces it was gathered, so two runs can be merged exactly.
class Histogram {
 public:
  static constexpr int64_t kBins = 4096;

  /// Widens the bins until [low, high] has its bins. Finite bounds.
  void make_room(double low, double high);
  /// Adds to each bin of a histogram that is not empty; kBins counts.
  void add_counts(std::span<const uint32_t> counts);
  void merge(const Histogram& other);

  [[nodiscard]] bool empty() const { return total() == 0; }
  [[nodiscard]] int64_t total() const;
  [[nodiscard]] double width() const;
  [[nodiscard]] int width_exponent() const { return exponent_; }
  [[nodiscard]] int64_t first() const { return first_; }
  /// kBins; none where empty
  [[nodiscard]] std::span<const int64_t> counts() const { return counts_; }
  /// Values from lowest() up to, but not, highest() have a bin.
  [[nodiscard]] double lowest() const { return double(first_) * width(); }
  [[nodiscard]] double highest() const { return double(first_ + kBins) * width(); }
  [[nodiscard]] double center(int64_t bin) const { return (double(first_ + bin) + 0.5) * width(); }

  /// From a file. The invariants are checked by whoever reads it.
  static Histogram restore(int width_exponent, int64_t first, std::vector<int64_t> counts);

 private:
  void coarsen_to(int exponent);
  void open_to_negatives();
  [[nodiscard]] bool fits_at(int exponent, double low, double high) const;

  int exponent_ = 0;  ///< width = 2^exponent_
  int64_t first_ = 0;
  std::vector<int64_t> counts_;
};

}  // namespace qtool
