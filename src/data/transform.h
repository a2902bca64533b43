#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "data/spec.h"

namespace qtool {

/// True for what is treated as images: uint8 [N, C, H, W].
[[nodiscard]] bool is_images(const at::Tensor& x);

/// Resizes the shorter side to spec.resize (bilinear as at::upsample_bilinear2d with align_corners=false, no
/// antialiasing; the longer side is rounded down), then crops the centre to spec.crop, placed as
/// torchvision's CenterCrop does. `x` images uint8 or floating [N, C, H, W]; where resized, images come back
/// as float32 in [0, 1]. Throws Error(kUsage) where x is neither or smaller than the crop; `where` names x.
[[nodiscard]] at::Tensor resize_and_crop(const at::Tensor& x, const DataSpec& spec, const std::string& where);

/// What the model gets: images (x / 255 - mean) / std; floating tensors as float32, (x - mean) / std along
/// axis 1 where mean or std are given; whole numbers (tokens) as they are. Equal to the last bit to the same
/// formula in float32, operation by operation. Throws Error(kUsage) where mean or std have neither 1 nor C
/// values or there is nothing that they apply to.
[[nodiscard]] at::Tensor normalise(const at::Tensor& x, const DataSpec& spec, const std::string& where);

}  // namespace qtool
