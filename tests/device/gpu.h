#pragma once
/// The GPU that tests compute on, under the name cuda. Linking one of two files into a program is enough.
///
/// real_gpu.cpp      where LibTorch has CUDA; where the machine has no GPU, the program says so and is skipped
/// simulated_gpu.cpp where it has not. What runs is LibTorch's own code for the CPU, but, as with a real one:
///
///   its memory is out of reach: a loop on the CPU that follows a pointer to it crashes
///   an operator that gets tensors of both devices throws, but for numbers (no dimensions) and the indices of index()
///   what an operator makes stays there until it is copied
///   backward passes have a thread of their own
///
/// The simulated one does not wait for anything, has no limits of its own as to dtypes, and draws the CPU's random
/// numbers.
#include <cstdint>

namespace qtool {

/// The simulated one does: what it computes is, bit for bit, what the CPU computes.
[[nodiscard]] bool gpu_rounds_as_cpu();

/// How many operators it has run.
[[nodiscard]] int64_t operators_on_gpu();

/// While it lives, the GPU's memory is full after so many new tensors of up to 512 bytes, or sooner where they are
/// larger.
class GpuMemoryEnds {
 public:
  explicit GpuMemoryEnds(int64_t tensors);
  ~GpuMemoryEnds();
  GpuMemoryEnds(const GpuMemoryEnds&) = delete;
  GpuMemoryEnds& operator=(const GpuMemoryEnds&) = delete;
};

}  // namespace qtool
