#pragma once
/// A GPU for tests on machines that have none, under the name that a real one has: cuda. Linking simulated_gpu.cpp into a
/// program is enough. What runs on it is LibTorch's own code for the CPU, but, as with a real one:
///
///   its memory is out of reach: a loop on the CPU that follows a pointer to it crashes
///   an operator that gets tensors of both devices throws, but for numbers (no dimensions) and the indices of index()
///   what an operator makes stays there until it is copied
///   backward passes have a thread of their own
///
/// It does not wait for anything, has no limits of its own as to dtypes, and draws the CPU's random numbers.
#include <cstdint>

namespace qtool {

/// How many operators it has run.
[[nodiscard]] int64_t operators_on_gpu();

/// While it lives, the GPU's memory is full after so many new tensors.
class GpuMemoryEnds {
 public:
  explicit GpuMemoryEnds(int64_t tensors);
  ~GpuMemoryEnds();
  GpuMemoryEnds(const GpuMemoryEnds&) = delete;
  GpuMemoryEnds& operator=(const GpuMemoryEnds&) = delete;
};

}  // namespace qtool
