#pragma once
#include <ATen/core/Tensor.h>

#include <string>

namespace qtool {

/// A JPEG or PNG file as uint8 [C, H, W] with `channels` 1 (luma of BT.601) or 3 (red, green, blue). An alpha
/// channel is dropped, 16 bits are cut to 8. Throws Error(kUsage) that names a damaged file, and one that would have
/// more than `most_bytes` (data/unpacked_size.h), before any memory is taken for it.
[[nodiscard]] at::Tensor decode_image(const std::string& path, int64_t channels, uint64_t most_bytes);

/// A PNG file of class numbers as int64 [H, W]: its greys, or where it has a palette the numbers of the colours. Throws
/// Error(kUsage) likewise, and where it has several channels or 16 bits.
[[nodiscard]] at::Tensor decode_class_map(const std::string& path, uint64_t most_bytes);

}  // namespace qtool
