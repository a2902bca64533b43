#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace qtool {

/// Writes an .npz file as numpy.savez does, an array of each name, not packed. The tensors are on the CPU, of a type
/// that open_npy_array() (data/npy_header.h) reads. Throws Error(kMachine) where it cannot be written.
void write_npz(const std::string& path, const std::vector<std::string>& names,
               const std::vector<at::Tensor>& tensors);

/// The arrays of an .npz file in its order, e.g. that of the arguments of numpy.savez. Throws Error(kUsage) where it
/// is none, or an array is not what open_npy_array() reads.
[[nodiscard]] std::vector<at::Tensor> read_npz(const std::string& path);

}  // namespace qtool
