#pragma once
/// What the tests of fake-quant in training share.
#include <ATen/core/Tensor.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <functional>
#include <vector>

namespace qtool {

using T = const at::Tensor&;

/// Result, and gradients of sum(dy * y) by x and by `scale`, where it takes part.
struct Pass {
  at::Tensor y, dx, dscale;
};
using Function = std::function<at::Tensor(const at::Tensor& x, const at::Tensor& scale)>;

inline Pass pass(const Function& function, const at::Tensor& x, const at::Tensor& scale,
                 const at::Tensor& dy) {
  const auto leaf = x.detach().requires_grad_(true), step = scale.detach().clone().requires_grad_(true);
  const auto y = function(leaf, step);
  y.backward(dy);
  return {y.detach(), leaf.grad(), step.grad()};
}

/// Tensors of one shape in different orders in memory.
struct Layout {
  const char* name;
  at::Tensor (*of)(const at::Tensor& plain);
};
inline const std::vector<Layout> kLayouts = {
    {"plain", [](const at::Tensor& t) { return t; }},
    {"channels last", [](const at::Tensor& t) { return t.contiguous(at::MemoryFormat::ChannelsLast); }},
    {"transposed", [](const at::Tensor& t) { return t.transpose(0, 1).contiguous().transpose(0, 1); }},
    {"with holes",
     [](const at::Tensor& t) {
       return at::stack({t, t + 1}, -1).select(-1, 0);
     }},
};

inline double learned_factor(int64_t values, int64_t qmax) {
  return 1 / std::sqrt(double(values) * double(qmax));
}

}  // namespace qtool
