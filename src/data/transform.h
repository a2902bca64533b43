#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "data/spec.h"

namespace qtool {

/// True for what is treated as images: uint8 [N, C, H, W].
[[nodiscard]] bool is_images(const at::Tensor& x);

/// Resizes the shorter side to spec.resize as torchvision and PIL do (bilinear, antialiased; the longer side is rounded
/// down; pixels are rounded), then crops the centre to spec.crop, placed as torchvision's CenterCrop does. `x` images
/// uint8 or floating [N, C, H, W]; uint8 stays uint8. Throws Error(kUsage) where x is neither or smaller than the crop;
/// `where` names x.
[[nodiscard]] at::Tensor resize_and_crop(const at::Tensor& x, const DataSpec& spec, const std::string& where);

/// The same of class maps, int64 [N, H, W], which have the size of their pictures: the nearest pixel, as PIL takes it,
/// and the same part.
[[nodiscard]] at::Tensor resize_and_crop_map(const at::Tensor& map, const DataSpec& spec,
                                             const std::string& where);

/// What the model gets: (x / scale - mean) / std, float32, along axis 1. Pictures (idx, cifar, images) have scale 255
/// unless the spec has one; arrays are left as they are, but for floating-point numbers, which become float32, unless
/// the spec has scale, mean or std (then unsigned bytes [N, C, H, W] count as pictures). Equal to the last bit to the
/// same formula in float32, operation by operation. Throws Error(kUsage) where mean or std have neither 1 nor C
/// values, are not in units of [0, 1] pixels where such are divided by 255 unasked, or there is nothing that they apply
/// to.
[[nodiscard]] at::Tensor normalise(const at::Tensor& x, const DataSpec& spec, const std::string& where);

}  // namespace qtool
