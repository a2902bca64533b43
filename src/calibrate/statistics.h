#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/histogram.h"

namespace qtool {

/// Ends the names of tensors that are no sites but share the grid of one, see calibrate/seen_values.h.
inline constexpr std::string_view kOperandEnding = ":operand";

/// What one site's tensors looked like over all calibration batches. Fixed size, whatever the number of
/// samples; two of them add up exactly.
struct SiteStatistics {
  std::string site;
  int64_t batches = 0;
  int64_t values = 0;                                    ///< finite values seen
  int64_t not_finite = 0;                                ///< NaN and infinite values seen
  double low = std::numeric_limits<double>::infinity();  ///< of all values
  double high = -std::numeric_limits<double>::infinity();
  double sum_of_lows = 0, sum_of_highs = 0;  ///< of the batches' smallest and largest values
  /// The last batch, counted from 1, that widened [low, high] by more than a quarter.
  int64_t widened_at_batch = 0;
  Histogram histogram;
  /// Smallest and largest value of each channel (axis 1); empty where the tensor has no channels.
  std::vector<float> channel_lows, channel_highs;
};

/// `other` came after `statistics`, of the same site.
void merge(SiteStatistics& statistics, const SiteStatistics& other);

/// What calibration leaves behind: enough to solve again with any calibrator, without data.
struct Statistics {
  std::string model_sha256;  ///< of the float model's file
  int64_t samples = 0;
  std::vector<SiteStatistics> sites;
};

/// Those of one site; null where there are none.
[[nodiscard]] const SiteStatistics* find_statistics(const Statistics& statistics, const std::string& site);

/// Sums up runs over different data. Throws Error(kUsage) where they are of different models or sites;
/// `names` are the files', for the message.
[[nodiscard]] Statistics merge(const std::vector<Statistics>& runs, const std::vector<std::string>& names);

/// Warnings for people: sites that saw nothing, constant tensors, dead channels, ranges that had not settled.
[[nodiscard]] std::vector<std::string> examine(const Statistics& statistics);

}  // namespace qtool
