#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// The built-in networks, for `zoo:NAME`. All are small image classifiers.
struct ZooEntry {
  std::string name;
  std::string help;  ///< one line
};
[[nodiscard]] std::vector<ZooEntry> list_zoo();

/// What stands before the network's name in place of a model's path.
inline constexpr std::string_view kZoo = "zoo:";

/// Whether `model` names a network of the zoo (`zoo:resnet8`), which has learned nothing yet.
[[nodiscard]] bool is_zoo(const std::string& model);

/// A network with freshly initialised weights, the same for the same seed, in training mode. `input_shape` is
/// C, H, W of one image; the output is logits [N, classes]. Throws Error(kUsage) with the nearest name where
/// the name is unknown, and where the images do not fit the network.
[[nodiscard]] Model build_zoo(const std::string& name, const std::vector<int64_t>& input_shape,
                              int64_t classes, uint64_t seed);

}  // namespace qtool
