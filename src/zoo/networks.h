#pragma once
/// One function for each network of the zoo, each in its own file.
#include <cstdint>

#include "graph/builder.h"
#include "zoo/layers.h"

namespace qtool::zoo {

/// What a network is built for.
struct Task {
  int64_t channels = 1, height = 28, width = 28;  ///< of one image
  int64_t classes = 10;
};

[[nodiscard]] ModuleBuilder lenet(const Task& task, Init& init);
[[nodiscard]] ModuleBuilder resnet8(const Task& task, Init& init);
[[nodiscard]] ModuleBuilder mobilenet(const Task& task, Init& init);
[[nodiscard]] ModuleBuilder transformer(const Task& task, Init& init);

}  // namespace qtool::zoo
