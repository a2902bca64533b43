#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/view.h"

namespace qtool {

/// Shapes of images as far as they follow from the operators alone, for kernels that do not broadcast.
class ImageShapes {
 public:
  explicit ImageShapes(const GraphView& graph);

  /// Whether two values certainly have the same shape: as many channels, and the same sides since a value that both
  /// come from, by convolutions that pad what they cut off.
  [[nodiscard]] bool are_same(const std::string& a, const std::string& b) const;

 private:
  /// `stride` times smaller than `since`, with `channels` where a convolution says how many.
  struct Shape {
    std::string since;
    std::vector<int64_t> stride;
    std::optional<int64_t> channels;
  };
  [[nodiscard]] Shape shape_of(const std::string& value) const;
  [[nodiscard]] Shape behind_convolution(const OperatorView& op) const;

  std::map<std::string, const OperatorView*> makers_;
};

}  // namespace qtool
