#pragma once
#include <ATen/core/Tensor.h>

#include <numeric>
#include <vector>

#include "data/dataset.h"

namespace qtool {

/// All numbers of a tensor, in order.
template <class Number>
[[nodiscard]] std::vector<Number> values_of(const at::Tensor& tensor) {
  const at::Tensor row = tensor.contiguous();
  const Number* data = row.data_ptr<Number>();
  return {data, data + row.numel()};
}

[[nodiscard]] inline Batch read_samples(Dataset& dataset, const std::vector<int64_t>& indices) {
  return dataset.read(indices);
}

}  // namespace qtool
