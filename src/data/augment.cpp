#include "data/augment.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/error.h"
#include "data/stack_samples.h"

namespace qtool {
namespace {

/// Where a crop starts in the padded image, less the padding: in [-shift_crop, shift_crop].
struct Shift {
  int64_t rows = 0, columns = 0;
};

/// to[y][x] = from[y + rows][x + columns], zeros outside, then mirrored. `to` is zero before.
template <class Pixel>
void shift_plane(const Pixel* from, Pixel* to, int64_t height, int64_t width, Shift shift, bool mirror) {
  const int64_t first = std::max<int64_t>(0, -shift.columns), last = std::min(width, width - shift.columns);
  for (int64_t y = std::max<int64_t>(0, -shift.rows); y < std::min(height, height - shift.rows); ++y) {
    if (first >= last) return;
    const Pixel* source = from + (y + shift.rows) * width + shift.columns;
    if (mirror)
      std::reverse_copy(source + first, source + last, to + y * width + width - last);
    else
      std::copy(source + first, source + last, to + y * width + first);
  }
}

template <class Pixel>
at::Tensor augment_as(const at::Tensor& x, const Augmentation& augmentation, Rng& rng) {
  const at::Tensor source = x.contiguous();
  at::Tensor result = at::zeros(source.sizes(), source.options());
  const int64_t channels = x.size(1), height = x.size(2), width = x.size(3);
  const Pixel* from = source.data_ptr<Pixel>();
  Pixel* to = result.data_ptr<Pixel>();
  for (int64_t n = 0; n < x.size(0); ++n) {
    const bool mirror = augmentation.flip && rng.below(2) == 1;
    Shift shift;
    if (augmentation.shift_crop > 0) {
      const auto places = uint64_t(2 * augmentation.shift_crop + 1);
      shift.rows = int64_t(rng.below(places)) - augmentation.shift_crop;
      shift.columns = int64_t(rng.below(places)) - augmentation.shift_crop;
    }
    for (int64_t c = 0; c < channels; ++c, from += height * width, to += height * width)
      shift_plane(from, to, height, width, shift, mirror);
  }
  return result;
}

}  // namespace

at::Tensor augment(const at::Tensor& x, const Augmentation& augmentation, Rng& rng,
                   const std::string& where) {
  if (!augmentation.flip && augmentation.shift_crop == 0) return x;
  if (x.dim() == 4 && x.scalar_type() == at::kByte) return augment_as<uint8_t>(x, augmentation, rng);
  if (x.dim() == 4 && x.is_floating_point()) return augment_as<float>(x.to(at::kFloat), augmentation, rng);
  throw Error(ErrorKind::kUsage,
              {.what = "augmentation is for images",
               .where = where,
               .got = std::string(c10::toString(x.scalar_type())) + " " + shape_text(x.sizes()),
               .expected = "unsigned bytes or floating point, [N, C, H, W]",
               .fix = "switch flip and shift_crop off for this data"});
}

at::Tensor augment_map(const at::Tensor& map, const Augmentation& augmentation, Rng rng) {
  const at::Tensor counted = map.unsqueeze(1).to(at::kFloat) + 1;  // outside there is 0
  return augment_as<float>(counted, augmentation, rng).to(at::kLong).squeeze(1) - 1;
}

}  // namespace qtool
