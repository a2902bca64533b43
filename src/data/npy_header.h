#pragma once
#include <memory>

#include "data/stored_array.h"

namespace qtool {

/// The array that a .npy file (or member of a .npz) holds. Format:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3, row-major, little
/// endian; bool, int8 to int64, uint8, float16 to float64. Throws Error(kUsage) for anything else.
[[nodiscard]] StoredArray open_npy_array(std::shared_ptr<ByteSource> source);

}  // namespace qtool
