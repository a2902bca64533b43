#include "grid/scheme.h"

namespace qtool {
namespace {

/// Less than half, so that float32's own rounding carries nothing beyond the end.
constexpr double kBeyondEnd = 0.4999;

void check_bits(int64_t bits, const char* role) {
  if (bits >= 2 && bits <= 8) return;
  throw Error(ErrorKind::kUsage,
              {.what = std::string("cannot quantize ") + role + " to " + std::to_string(bits) + " bits",
               .got = std::to_string(bits),
               .expected = "2 to 8",
               .fix = "choose a number of bits from 2 to 8"});
}

}  // namespace

QuantScheme QuantScheme::weight(int64_t bits, Granularity granularity, int64_t axis) {
  check_bits(bits, "weights");
  QuantScheme scheme;
  scheme.bits_ = bits;
  scheme.qmax_ = (int64_t{1} << (bits - 1)) - 1;
  scheme.qmin_ = bits < 8 ? -scheme.qmax_ - 1 : -scheme.qmax_;
  if (granularity == Granularity::kPerChannel) scheme.axis_ = axis;  // else equal schemes would differ
  scheme.symmetry_ = Symmetry::kSymmetric;
  scheme.granularity_ = granularity;
  return scheme;
}

QuantScheme QuantScheme::activation(int64_t bits, Symmetry symmetry) {
  check_bits(bits, "activations");
  QuantScheme scheme;
  scheme.bits_ = bits;
  scheme.qmin_ = 0;
  scheme.qmax_ = (int64_t{1} << bits) - 1;
  scheme.symmetry_ = symmetry;
  return scheme;
}

QuantScheme QuantScheme::in_groups_of(int64_t size) const {
  QTOOL_ASSERT(granularity_ == Granularity::kPerChannel && axis_ == 0 && size > 0);
  auto scheme = *this;
  scheme.group_ = size;
  return scheme;
}

double QuantScheme::steps_below() const {
  return is_signed() && bits_ < 8 ? static_cast<double>(-qmin_) + kBeyondEnd : steps_above();
}

double QuantScheme::steps_above() const {
  const auto steps = static_cast<double>(qmax_ - middle());
  return is_signed() && bits_ < 8 ? steps + kBeyondEnd : steps;
}

std::string QuantScheme::to_string() const {
  std::string text =
      (is_signed() ? "int" : "uint") + std::to_string(bits_) + " " + qtool::to_string(symmetry_) + " ";
  if (group_ > 0) return text + "per-group(" + std::to_string(group_) + ")";
  text += qtool::to_string(granularity_);
  if (granularity_ == Granularity::kPerChannel) text += "(" + std::to_string(axis_) + ")";
  return text;
}

}  // namespace qtool
