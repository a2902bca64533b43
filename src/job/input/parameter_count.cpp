#include "job/input/parameter_count.h"

namespace qtool {

int64_t parameter_count(const Model& model) {
  int64_t count = 0;
  for (const auto& parameter : model.parameters()) count += parameter.tensor.numel();
  return count;
}

}  // namespace qtool
