#pragma once
#include <cstdint>

namespace qtool {

/// The grid of uint8 that a kernel dictates for what it makes.
struct FixedGrid {
  double scale = 0;
  int64_t zero_point = 0;

  bool operator==(const FixedGrid&) const = default;
};

}  // namespace qtool
