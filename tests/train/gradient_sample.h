#pragma once
#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>

#include <initializer_list>
#include <vector>

#include "graph/model.h"

/// A weight [1, 2] and a bias [1] with gradients (1, -2) and 4.
inline std::vector<qtool::NamedTensor> parameters_with_gradients() {
  std::vector<qtool::NamedTensor> result{{"weight", at::tensor({1.0f, 2.0f}).view({1, 2})},
                                         {"bias", at::tensor({3.0f})}};
  for (auto& parameter : result) parameter.tensor.set_requires_grad(true);
  result[0].tensor.mutable_grad() = at::tensor({1.0f, -2.0f}).view({1, 2});
  result[1].tensor.mutable_grad() = at::tensor({4.0f});
  return result;
}

inline bool is(const at::Tensor& tensor, std::initializer_list<float> values) {
  const auto expected = at::tensor(at::ArrayRef<float>(values));
  return at::allclose(tensor.detach().flatten(), expected, 1e-6, 1e-7);
}
