#include "measure/output_similarity.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace qtool {
namespace {

constexpr int64_t kMostChannels = 65'536;
constexpr int64_t kLeastValues = 16;
/// What differs by less, in parts of the largest value, is constant but for rounding of float32.
constexpr float kRounding = 1e-5F;

int64_t axis_of_channels(const at::Tensor& output) {
  if (output.dim() < 2 || !output.is_floating_point()) return 0;
  const int64_t axis = output.dim() == 3 && output.size(2) < output.size(1) ? 2 : 1;
  return output.size(axis) <= kMostChannels ? axis : 0;
}

bool is_constant(float low, float high) {
  return high - low <= kRounding * std::max(std::abs(low), std::abs(high));
}

int64_t product(at::IntArrayRef sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
}

}  // namespace

void OutputMeter::Channel::add(const float* reference, const float* x, int64_t count) {
  if (count > 0 && values == 0) {
    reference_low = reference_high = reference[0];
    low = high = x[0];
  }
  for (int64_t i = 0; i < count; ++i) {
    if (reference[i] == x[i] && std::isinf(x[i])) continue;
    const double difference = double(reference[i]) - double(x[i]);
    reference_square += double(reference[i]) * double(reference[i]);
    error_square += difference * difference;
    reference_low = std::min(reference_low, reference[i]);
    reference_high = std::max(reference_high, reference[i]);
    low = std::min(low, x[i]);
    high = std::max(high, x[i]);
  }
  values += count;
}

bool OutputMeter::Channel::has_become_constant() const {
  return values >= kLeastValues && !is_constant(reference_low, reference_high) && is_constant(low, high);
}

void OutputMeter::add(const at::Tensor& reference, const at::Tensor& x) {
  whole_.add(reference, x);
  if (!axis_) axis_ = axis_of_channels(reference);
  if (*axis_ > 0) add_channels(reference, x);
}

void OutputMeter::add_channels(const at::Tensor& reference, const at::Tensor& x) {
  const int64_t axis = *axis_;
  if (channels_.empty() && reference.dim() > axis) channels_.resize(size_t(reference.size(axis)));
  if (reference.sizes() != x.sizes() || reference.dim() <= axis ||
      reference.size(axis) != int64_t(channels_.size())) {
    axis_ = 0;  // of another number in each batch: they are no channels
    channels_.clear();
    return;
  }
  const at::Tensor references = reference.detach().to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor values = x.detach().to(at::kCPU, at::kFloat).contiguous();
  const auto* r = references.data_ptr<float>();
  const auto* v = values.data_ptr<float>();
  const int64_t inner = product(reference.sizes().slice(size_t(axis) + 1));
  for (int64_t outer = product(reference.sizes().slice(0, size_t(axis))); outer > 0; --outer)
    for (auto& channel : channels_) {
      channel.add(r, v, inner);
      r += inner;
      v += inner;
    }
}

OutputQuality OutputMeter::quality() const {
  OutputQuality quality{.cosine = whole_.cosine(),
                        .sqnr_db = whole_.sqnr_db(),
                        .channels = int64_t(channels_.size()),
                        .left_out = whole_.left_out()};
  for (size_t i = 0; i < channels_.size(); ++i) {
    const auto& channel = channels_[i];
    if (channel.has_become_constant()) {
      quality.constant.push_back(int64_t(i));
      quality.lost_range =
          std::max(quality.lost_range, double(channel.reference_high) - double(channel.reference_low));
    }
    if (channel.reference_square == 0) continue;
    const double sqnr_db = sqnr_of(channel.reference_square, channel.error_square);
    if (quality.worst_channel && !(sqnr_db < quality.worst_sqnr_db)) continue;
    quality.worst_channel = int64_t(i);
    quality.worst_sqnr_db = sqnr_db;
  }
  return quality;
}

}  // namespace qtool
