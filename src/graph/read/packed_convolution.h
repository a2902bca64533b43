#pragma once
#include <functional>
#include <string>

#include "graph/read/pickle.h"

namespace qtool {

/// Whether each convolution that LibTorch has packed for int8 has strides, dilations, paddings and groups that a
/// convolution can have: its kernels divide by them unasked. `bytes_of` gives the record of a storage, which must hold
/// what the storage says. Throws Flaw. Source of the layout: ATen/native/quantized/cpu/conv_serialization.h,
/// version 2; PyTorch 1.6 and newer write it.
void check_packed_convolutions(const Pickle& pickle,
                               const std::function<std::string(const Pickle::Storage&)>& bytes_of);

}  // namespace qtool
