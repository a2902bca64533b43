#pragma once
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace qtool {

/// Random numbers that are the same with every compiler and standard library: the engine is fixed by the C++
/// standard, the distributions are ours (the standard's may differ between libraries).
class Rng {
 public:
  /// The stream that belongs to these numbers, e.g. {seed, epoch, batch}.
  Rng(std::initializer_list<uint64_t> keys);
  /// Uniform in [0, bound), without bias; bound >= 1.
  [[nodiscard]] uint64_t below(uint64_t bound);
  /// Uniform in (0, 1], multiples of 2^-53.
  [[nodiscard]] double uniform();
  /// Two independent draws from the standard normal distribution (Box and Muller, 1958).
  struct Pair {
    double first, second;
  };
  [[nodiscard]] Pair normal_pair();

 private:
  std::mt19937_64 engine_;
};

/// 0 to count-1 in the order that seed and epoch give (Fisher and Yates, as in Knuth, TAOCP 3.4.2, algorithm
/// P).
[[nodiscard]] std::vector<int64_t> shuffled(int64_t count, uint64_t seed, uint64_t epoch);

}  // namespace qtool
