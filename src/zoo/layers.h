#pragma once
/// Layers as PyTorch has them, with the same class, parameter and buffer names, so that a model of the zoo
/// has the state dict of its PyTorch twin. Shapes: N batch, C channels, H W space, T time, F features.
#include <ATen/core/Generator.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/builder.h"

namespace qtool::zoo {

/// Draws initial weights from a seeded generator of its own.
class Init {
 public:
  explicit Init(uint64_t seed);
  /// Normal, standard deviation sqrt(2 / fan_in): He et al., "Delving Deep into Rectifiers",
  /// arXiv:1502.01852. Fan-in is the product of all sizes but the first.
  [[nodiscard]] at::Tensor kaiming(at::IntArrayRef shape);
  [[nodiscard]] at::Tensor normal(at::IntArrayRef shape, double standard_deviation);
  /// Uniform in +-1 / sqrt(fan_in), as PyTorch initialises linear layers.
  [[nodiscard]] at::Tensor uniform(at::IntArrayRef shape, int64_t fan_in);

 private:
  at::Generator generator_;
};

struct ConvShape {
  int64_t in, out, kernel;
  int64_t stride = 1, padding = 0, groups = 1;
  bool bias = false;
};
[[nodiscard]] ModuleBuilder conv2d(const ConvShape& shape,
                                   Init& init);              ///< [N, in, H, W] -> [N, out, H', W']
[[nodiscard]] ModuleBuilder batch_norm2d(int64_t channels);  ///< [N, C, H, W]
[[nodiscard]] ModuleBuilder linear(int64_t in, int64_t out, Init& init);  ///< [..., in] -> [..., out]
[[nodiscard]] ModuleBuilder layer_norm(int64_t features);                 ///< [..., F]
[[nodiscard]] ModuleBuilder relu();
[[nodiscard]] ModuleBuilder relu6();
[[nodiscard]] ModuleBuilder gelu();
[[nodiscard]] ModuleBuilder max_pool2d(
    int64_t size);  ///< stride = size: [N, C, H, W] -> [N, C, H / size, W / size]
[[nodiscard]] ModuleBuilder adaptive_avg_pool2d();  ///< [N, C, H, W] -> [N, C, 1, 1]

/// One after the other, under the names "0", "1", ...
[[nodiscard]] ModuleBuilder sequential(std::vector<ModuleBuilder> modules);

}  // namespace qtool::zoo
