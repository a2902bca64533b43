#pragma once
#include <ATen/core/Tensor.h>

#include <utility>
#include <vector>

#include "improve/batches.h"

namespace qtool {

[[nodiscard]] inline Batches once(const at::Tensor& x) {
  return {1, [x]() -> BatchSource {
            return [next = std::vector{x}]() mutable { return std::exchange(next, {}); };
          }};
}

}  // namespace qtool
