#pragma once
#include <cstdint>
#include <string>

#include "base/names.h"

namespace qtool {

/// How the real range is laid on the integers.
enum class Symmetry {
  kSymmetric,  ///< zero point in the middle of the integer range; one parameter less, zero costs nothing
  kAffine,     ///< any zero point; uses the whole integer range for a lopsided one
};
template <>
struct Names<Symmetry> {
  static constexpr const char* kind = "symmetry";
  static constexpr NamedValue<Symmetry> table[] = {
      {Symmetry::kSymmetric, "symmetric", "zero point in the middle of the range"},
      {Symmetry::kAffine, "affine", "any zero point"}};
};

/// What shares one scale.
enum class Granularity {
  kPerTensor,
  kPerChannel,  ///< one scale for each slice along `axis`
};
template <>
struct Names<Granularity> {
  static constexpr const char* kind = "granularity";
  static constexpr NamedValue<Granularity> table[] = {
      {Granularity::kPerTensor, "per-tensor", "one scale for the whole tensor"},
      {Granularity::kPerChannel, "per-channel", "one scale for each output channel"}};
};

/// Integer grid of a site. Cannot exist invalid: the factory functions check.
///
/// Unsigned grids are [0, 2^b-1]. Signed ones of 8 bits leave the lowest value out, [-127, 127], so that negation is
/// exact, as TensorFlow Lite and ONNX Runtime have it. With fewer bits a value less costs more than that is worth (a
/// quarter of them at 2 bits), so these are [-2^(b-1), 2^(b-1)-1].
class QuantScheme {
 public:
  /// Signed grid for weights: int8 storage, symmetric. `bits` 2 to 8; `axis` is the output-channel axis.
  static QuantScheme weight(int64_t bits, Granularity granularity, int64_t axis);
  /// Unsigned grid for activations: uint8 storage, per tensor. `bits` 2 to 8.
  static QuantScheme activation(int64_t bits, Symmetry symmetry);
  /// The grid of a weight with a scale for each `size` neighbouring weights of an output channel, where this one, per
  /// channel along axis 0, has one for all of them. A channel's weights must be a multiple of `size`.
  [[nodiscard]] QuantScheme in_groups_of(int64_t size) const;

  [[nodiscard]] int64_t bits() const { return bits_; }
  [[nodiscard]] int64_t qmin() const { return qmin_; }
  [[nodiscard]] int64_t qmax() const { return qmax_; }
  [[nodiscard]] bool is_signed() const { return qmin_ < 0; }
  [[nodiscard]] int64_t middle() const {
    return is_signed() ? 0 : (qmax_ + 1) / 2;
  }  ///< zero point of symmetric ones
  /// How many steps below and above zero the range of a symmetric grid ends. With fewer than 8 bits that is almost half
  /// a step beyond the outermost values, to which it still rounds: no error is larger there than anywhere.
  [[nodiscard]] double steps_below() const;
  [[nodiscard]] double steps_above() const;
  [[nodiscard]] Symmetry symmetry() const { return symmetry_; }
  [[nodiscard]] Granularity granularity() const { return granularity_; }
  [[nodiscard]] int64_t axis() const { return axis_; }
  /// How many weights of a channel share a scale; 0: all of them.
  [[nodiscard]] int64_t group() const { return group_; }
  [[nodiscard]] std::string to_string()
      const;  ///< e.g. `int8 symmetric per-channel(0)`, `int4 symmetric per-group(32)`, `uint4 affine per-tensor`
  bool operator==(const QuantScheme&) const = default;

 private:
  QuantScheme() = default;
  int64_t bits_ = 8, qmin_ = 0, qmax_ = 255, axis_ = 0, group_ = 0;
  Symmetry symmetry_ = Symmetry::kAffine;
  Granularity granularity_ = Granularity::kPerTensor;
};

}  // namespace qtool
