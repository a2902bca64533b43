#include "grid/along_axis.h"

#include <vector>

namespace qtool {

at::Tensor along_axis(const at::Tensor& values, int64_t axis, const at::Tensor& like) {
  std::vector<int64_t> shape(static_cast<size_t>(like.dim()), 1);
  shape[static_cast<size_t>(axis)] = values.numel();
  return values.view(shape);
}

}  // namespace qtool
