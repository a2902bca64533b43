#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "improve/batches.h"

namespace qtool {

/// `count` batches, each of them x.
[[nodiscard]] inline Batches batches_of(const at::Tensor& x, int64_t count) {
  return {count, [x, count]() -> BatchSource {
            return [x, count, next = int64_t(0)]() mutable -> std::vector<at::Tensor> {
              return next++ < count ? std::vector<at::Tensor>{x} : std::vector<at::Tensor>{};
            };
          }};
}

[[nodiscard]] inline Batches once(const at::Tensor& x) { return batches_of(x, 1); }

}  // namespace qtool
