#pragma once
#include <ATen/Context.h>

#include <cstdint>

namespace qtool {

/// Seeds LibTorch's generators. Models that draw random numbers in forward() (a VAE's sample, noise of a GAN, dropout
/// that stays on) and are run after it one by one draw the same: what differs is the models' own, not the noise.
inline void same_chance(int64_t batch) { at::manual_seed(static_cast<uint64_t>(batch)); }

}  // namespace qtool
