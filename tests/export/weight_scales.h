#pragma once
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <vector>

#include "grid/qparams.h"

namespace qtool {

/// Of weights of 4 bits, one for each of the first axis.
[[nodiscard]] inline QParams weight_scales(const std::vector<double>& values) {
  return {QuantScheme::weight(4, Granularity::kPerChannel, 0), at::tensor(values),
          at::zeros({int64_t(values.size())}, at::kLong)};
}

}  // namespace qtool
