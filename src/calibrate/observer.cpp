#include "calibrate/observer.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/simd.h"
#include "calibrate/bounds.h"

namespace qtool {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int64_t kRunLength = 4096;  ///< of tensors without channels: small enough for the first-level cache
constexpr int64_t kGrain = 1 << 15;   ///< values that are worth a thread of their own
constexpr int64_t kCountedTogether = 2048;  ///< values of short runs that go into the histogram at once

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

void Observer::observe_channels(Part& part, const float* values, const Runs& runs, int64_t run,
                                const Bounds& bounds) {
  if (runs.layout == Channels::kNone) return;
  part.channel_lows.resize(static_cast<size_t>(runs.channels), kInfinity);
  part.channel_highs.resize(static_cast<size_t>(runs.channels), -kInfinity);
  if (runs.layout == Channels::kColumns) {
    widen_columns(values, runs.channels, part.channel_lows.data(), part.channel_highs.data());
  } else {
    auto& low = part.channel_lows[static_cast<size_t>(run % runs.channels)];
    auto& high = part.channel_highs[static_cast<size_t>(run % runs.channels)];
    low = std::min(low, bounds.low);
    high = std::max(high, bounds.high);
  }
}

void Observer::observe_runs(Part& part, const at::Tensor& flat, const Runs& runs, int64_t begin,
                            int64_t end) {
  const auto all = std::span(flat.data_ptr<float>(), static_cast<size_t>(flat.numel()));
  const auto cut = [&](int64_t from, int64_t to) {
    const auto first = static_cast<size_t>(from * runs.length);
    return all.subspan(first, std::min(static_cast<size_t>(to * runs.length), all.size()) - first);
  };
  Bounds together;
  for (int64_t run = begin; run < end; ++run) {
    const auto values = cut(run, run + 1);
    const auto bounds = bounds_of(values);
    together.join(bounds);
    if (bounds.finite) observe_channels(part, values.data(), runs, run, bounds);
  }
  const auto values = cut(begin, end);
  if (!together.finite) {  // the caller refuses the site; what else it holds no longer matters
    part.not_finite += count_not_finite(values);
    return;
  }
  part.values += static_cast<int64_t>(values.size());
  part.low = std::min(part.low, together.low);
  part.high = std::max(part.high, together.high);
  part.histogram.add(values, together.low, together.high);
}

void Observer::observe(const at::Tensor& value) {
  if (value.numel() == 0) return;
  const auto flat = value.to(at::kCPU, at::kFloat).contiguous();
  const auto runs = runs_of(flat);
  parts_.resize(std::max<size_t>(parts_.size(), static_cast<size_t>(at::get_num_threads())));
  for (auto& part : parts_) {
    part.low = kInfinity;
    part.high = -kInfinity;
  }
  const int64_t together = std::max<int64_t>(1, kCountedTogether / runs.length);
  at::parallel_for(0, runs.count, std::max<int64_t>(1, kGrain / runs.length),
                   [&](int64_t begin, int64_t end) {
                     auto& part = parts_[static_cast<size_t>(at::get_thread_num())];
                     for (int64_t run = begin; run < end; run += together)
                       observe_runs(part, flat, runs, run, std::min(run + together, end));
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
    result.histogram.merge(part.histogram.histogram());
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
