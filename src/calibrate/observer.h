#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "calibrate/bounds.h"
#include "calibrate/histogram_counter.h"
#include "calibrate/statistics.h"

namespace qtool {

/// Gathers the statistics of one site: range, average range, histogram and the range of each channel, in one
/// pass over the tensor's memory, with all of LibTorch's threads. The result does not depend on their number.
class Observer {
 public:
  explicit Observer(std::string site);

  /// value float32 [...] on any device, one batch of the site. Channels are axis 1 of [N, C] and [N, C, ...].
  void observe(const at::Tensor& value);

  [[nodiscard]] SiteStatistics statistics() const;

 private:
  /// What one thread gathers.
  struct Part {
    HistogramCounter histogram;
    float low = 0, high = 0;
    int64_t not_finite = 0, values = 0;
    std::vector<float> channel_lows, channel_highs;
  };
  enum class Channels {
    kNone,
    kPlanes,   ///< [N, C, H, W]: run i is a plane of channel i % channels
    kColumns,  ///< [N, C]: each run is a row with one value for each channel
  };
  /// How the tensor's memory is walked: `count` runs of `length` floats, the last one perhaps shorter.
  struct Runs {
    int64_t count = 0, length = 0;
    Channels layout = Channels::kNone;
    int64_t channels = 0;
  };

  static Runs runs_of(const at::Tensor& value);
  static void observe_channels(Part& part, const float* values, const Runs& runs, int64_t run,
                               const Bounds& bounds);
  static void observe_runs(Part& part, const at::Tensor& flat, const Runs& runs, int64_t begin, int64_t end);

  SiteStatistics totals_;    ///< without histogram
  std::vector<Part> parts_;  ///< one for each thread
};

}  // namespace qtool
