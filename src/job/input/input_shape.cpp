#include "job/input/input_shape.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "base/names.h"

namespace qtool {
namespace {

constexpr int64_t kImageSizes[] = {28, 32, 64, 96, 128, 224};

std::vector<std::vector<int64_t>> candidates(const Model& model) {
  std::vector<std::vector<int64_t>> shapes;
  const auto parameters = model.parameters();
  const auto weight = std::find_if(parameters.begin(), parameters.end(),
                                   [](const NamedTensor& parameter) { return parameter.tensor.dim() >= 2; });
  if (weight == parameters.end()) return shapes;
  const int64_t channels = weight->tensor.size(1);  // of a convolution [O, C, ...] and a linear layer [O, F]
  if (weight->tensor.dim() == 2) shapes.push_back({channels});
  if (weight->tensor.dim() == 4)
    for (const int64_t size : kImageSizes) shapes.push_back({channels, size, size});
  // A linear layer behind a flattened image.
  for (const int64_t size : kImageSizes)
    for (const int64_t depth : {1, 3})
      if (weight->tensor.dim() == 2 && channels == depth * size * size) shapes.push_back({depth, size, size});
  return shapes;
}

}  // namespace

std::vector<std::vector<int64_t>> input_shapes(Model& model) {
  const c10::AutoGradMode no_gradients(false);
  std::vector<std::vector<int64_t>> shapes;
  if (model.input_count() != 1) return shapes;
  for (const auto& shape : candidates(model)) {
    std::vector<int64_t> batch = {1};
    batch.insert(batch.end(), shape.begin(), shape.end());
    try {
      static_cast<void>(model.forward({at::zeros(batch)}));
      shapes.push_back(shape);
    } catch (const std::exception&) {
      continue;  // that is the answer
    }
  }
  return shapes;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::vector<std::string> extents;
  for (const int64_t extent : shape) extents.push_back(std::to_string(extent));
  return join(extents, "x");
}

}  // namespace qtool
