#pragma once
#include "measure/metric.h"

namespace qtool {

inline constexpr const char* kSameShape =
    "a first output and a first target of the same shape (axes of size 1 apart), both in floating point";

/// Mean squared error: of each sample the mean over its values.
[[nodiscard]] std::unique_ptr<Metric> make_mse(const std::string& where);
/// Mean absolute error, likewise.
[[nodiscard]] std::unique_ptr<Metric> make_mae(const std::string& where);
/// Peak signal-to-noise ratio in dB: the mean over samples of 10 log10(peak^2 / mean squared error), at most 100. The
/// peak is the largest target of all samples less the smallest.
[[nodiscard]] std::unique_ptr<Metric> make_psnr(const std::string& where);

/// Whether the first output can be subtracted from the first target.
[[nodiscard]] bool has_errors(const Answers& answers);

}  // namespace qtool
