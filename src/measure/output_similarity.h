#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "measure/similarity.h"

namespace qtool {

/// How near one output comes to the reference's, as a whole and channel by channel: where things of different size
/// share an output, the whole tells nothing of the small ones.
struct OutputQuality {
  double cosine = 1;
  double sqnr_db = 0;    ///< as Similarity::sqnr_db()
  int64_t channels = 0;  ///< 0: none, or not measured
  /// The channel of the lowest SQNR, of those that hold anything in the reference; none where all are zero there.
  std::optional<int64_t> worst_channel = {};
  double worst_sqnr_db = 0;
  std::vector<int64_t> constant = {};  ///< channels that varied in the reference, and do not any more
  int64_t left_out = 0;  ///< batches of another number of rows than the reference's, in none of these numbers
  double lost_range = 0;  ///< the widest range that one of these had in the reference
};

/// Gathers an OutputQuality over batches. Channels are those of axis 1; of three axes they are along the shorter one of
/// axes 1 and 2, as detectors have both [N, channels, boxes] and [N, boxes, channels]. They are measured of
/// floating-point outputs with at least two axes and at most 65,536 channels, the same number in each batch. A channel
/// of fewer than 16 values is never said to be constant.
class OutputMeter {
 public:
  /// As Similarity::add().
  void add(const at::Tensor& reference, const at::Tensor& x);
  [[nodiscard]] OutputQuality quality() const;

 private:
  struct Channel {
    double reference_square = 0, error_square = 0;
    float reference_low = 0, reference_high = 0, low = 0, high = 0;
    int64_t values = 0;
    void add(const float* reference, const float* x, int64_t count);
    [[nodiscard]] bool has_become_constant() const;
  };

  void add_channels(const at::Tensor& reference, const at::Tensor& x);

  Similarity whole_;
  std::optional<int64_t> axis_;  ///< of the channels, by the first batch; 0: not measured
  std::vector<Channel> channels_;
};

}  // namespace qtool
