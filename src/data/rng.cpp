#include "data/rng.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace qtool {
namespace {

/// splitmix64 (Steele, Lea and Flood, 2014): spreads neighbouring keys over all bits.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

Rng::Rng(std::initializer_list<uint64_t> keys) {
  uint64_t state = 0;
  for (const uint64_t key : keys) state = mix(state ^ key);
  engine_.seed(state);
}

uint64_t Rng::below(uint64_t bound) {
  QTOOL_ASSERT(bound > 0);
  const uint64_t excess = (0 - bound) % bound;  // 2^64 mod bound: the draws that would favour small results
  uint64_t draw = engine_();
  while (draw < excess) draw = engine_();
  return draw % bound;
}

double Rng::uniform() { return double((engine_() >> 11) + 1) * 0x1p-53; }

Rng::Pair Rng::normal_pair() {
  const double radius = std::sqrt(-2 * std::log(uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

std::vector<int64_t> shuffled(int64_t count, uint64_t seed, uint64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  Rng rng({seed, epoch});
  for (size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[rng.below(left)]);
  return order;
}

}  // namespace qtool
