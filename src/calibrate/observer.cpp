#include "calibrate/observer.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/simd.h"

namespace qtool {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int64_t kRunLength = 4096;  ///< of tensors without channels: small enough for the first-level cache
constexpr int64_t kGrain = 1 << 15;   ///< values that are worth a thread of their own

struct Extent {
  float low = kInfinity, high = -kInfinity;
  int32_t not_finite = 0;
};

constexpr int64_t kLanes = 32;

/// NaN loses every comparison, so it is counted, and leaves the bounds as they are. By lanes, since a compiler may not
/// reorder a single minimum of floats.
QTOOL_CLONES Extent extent_of(const float* values, int64_t count) {
  float lows[kLanes], highs[kLanes];
  int32_t finite[kLanes];
  for (int64_t k = 0; k < kLanes; ++k) {
    lows[k] = kInfinity;
    highs[k] = -kInfinity;
    finite[k] = 0;
  }
  const auto take = [&](int64_t k, float x) __attribute__((always_inline)) {
    lows[k] = x < lows[k] ? x : lows[k];
    highs[k] = x > highs[k] ? x : highs[k];
    finite[k] += static_cast<int32_t>(std::fabs(x) <= std::numeric_limits<float>::max());
  };
  const int64_t whole = count - count % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes)
    for (int64_t k = 0; k < kLanes; ++k) take(k, values[i + k]);
  for (int64_t i = whole; i < count; ++i) take(i - whole, values[i]);
  Extent extent{kInfinity, -kInfinity, static_cast<int32_t>(count)};
  for (int64_t k = 0; k < kLanes; ++k) {
    extent.low = std::min(extent.low, lows[k]);
    extent.high = std::max(extent.high, highs[k]);
    extent.not_finite -= finite[k];
  }
  return extent;
}

QTOOL_CLONES void widen_columns(const float* row, int64_t count, float* lows, float* highs) {
  for (int64_t i = 0; i < count; ++i) {
    lows[i] = row[i] < lows[i] ? row[i] : lows[i];
    highs[i] = row[i] > highs[i] ? row[i] : highs[i];
  }
}

}  // namespace

Observer::Observer(std::string site) { totals_.site = std::move(site); }

Observer::Runs Observer::runs_of(const at::Tensor& value) {
  const int64_t channels = value.dim() >= 2 ? value.size(1) : 0;
  if (value.dim() >= 3 && channels > 0) {
    const int64_t planes = value.size(0) * channels;
    // Shorter planes are not worth a call each.
    if (value.numel() / planes >= 16) return {planes, value.numel() / planes, Channels::kPlanes, channels};
  }
  if (channels > 0 && value.numel() == value.size(0) * channels)
    return {value.size(0), channels, Channels::kColumns, channels};
  return {(value.numel() + kRunLength - 1) / kRunLength, kRunLength, Channels::kNone, 0};
}

void Observer::observe_run(Part& part, const float* values, const Runs& runs, int64_t run) {
  const auto extent = extent_of(values, runs.length);
  part.not_finite += extent.not_finite;
  if (extent.not_finite > 0) return;  // the caller refuses the site; what else it holds no longer matters
  part.values += runs.length;
  part.low = std::min(part.low, extent.low);
  part.high = std::max(part.high, extent.high);
  part.histogram.add({values, static_cast<size_t>(runs.length)}, extent.low, extent.high);
  if (runs.layout == Channels::kNone) return;
  part.channel_lows.resize(static_cast<size_t>(runs.channels), kInfinity);
  part.channel_highs.resize(static_cast<size_t>(runs.channels), -kInfinity);
  if (runs.layout == Channels::kColumns) {
    widen_columns(values, runs.channels, part.channel_lows.data(), part.channel_highs.data());
  } else {
    auto& low = part.channel_lows[static_cast<size_t>(run % runs.channels)];
    auto& high = part.channel_highs[static_cast<size_t>(run % runs.channels)];
    low = std::min(low, extent.low);
    high = std::max(high, extent.high);
  }
}

void Observer::observe(const at::Tensor& value) {
  if (value.numel() == 0) return;
  const auto flat = value.to(at::kFloat).contiguous();
  const auto* data = flat.data_ptr<float>();
  const auto runs = runs_of(flat);
  parts_.resize(std::max<size_t>(parts_.size(), static_cast<size_t>(at::get_num_threads())));
  for (auto& part : parts_) {
    part.low = kInfinity;
    part.high = -kInfinity;
  }
  at::parallel_for(0, runs.count, std::max<int64_t>(1, kGrain / runs.length),
                   [&](int64_t begin, int64_t end) {
                     auto& part = parts_[static_cast<size_t>(at::get_thread_num())];
                     for (int64_t run = begin; run < end; ++run) {
                       Runs cut = runs;
                       cut.length = std::min(runs.length, flat.numel() - run * runs.length);
                       observe_run(part, data + run * runs.length, cut, run);
                     }
                   });
  SiteStatistics batch;
  batch.batches = 1;
  for (const auto& part : parts_) {
    batch.low = std::min<double>(batch.low, part.low);
    batch.high = std::max<double>(batch.high, part.high);
  }
  batch.sum_of_lows = batch.low;
  batch.sum_of_highs = batch.high;
  batch.widened_at_batch = 1;
  merge(totals_, batch);
}

SiteStatistics Observer::statistics() const {
  SiteStatistics result = totals_;
  for (const auto& part : parts_) {
    result.values += part.values;
    result.not_finite += part.not_finite;
    result.histogram.merge(part.histogram);
    if (part.channel_lows.empty()) continue;
    if (result.channel_lows.empty()) {
      result.channel_lows = part.channel_lows;
      result.channel_highs = part.channel_highs;
    }
    for (size_t i = 0; i < result.channel_lows.size(); ++i) {
      result.channel_lows[i] = std::min(result.channel_lows[i], part.channel_lows[i]);
      result.channel_highs[i] = std::max(result.channel_highs[i], part.channel_highs[i]);
    }
  }
  return result;
}

}  // namespace qtool
