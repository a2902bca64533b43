#pragma once
#include <ATen/core/Tensor.h>

#include "data/loader.h"
#include "data/rng.h"

namespace qtool {

/// Shifted and mirrored copies of images [N, C, H, W], uint8 or float32, same shape. For each image in turn
/// draws first `below(2)` for the mirror (1: mirrored), then `below(2 * shift_crop + 1)` for the row and for
/// the column in the padded image where the crop starts; what is switched off draws nothing. Throws
/// Error(kUsage) where x has no rows and columns; `where` names x.
[[nodiscard]] at::Tensor augment(const at::Tensor& x, const Augmentation& augmentation, Rng& rng,
                                 const std::string& where);

/// The same of class maps, int64 [N, H, W], with the draws that their pictures get from the same state of `rng`. What
/// comes from outside of a map is -1, which does not count.
[[nodiscard]] at::Tensor augment_map(const at::Tensor& map, const Augmentation& augmentation, Rng rng);

}  // namespace qtool
