#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// A place between two operators of a canonical model at which forward() can be cut in two.
struct CutPlace {
  std::string after;              ///< the value (its first tensor) of the operator before it
  std::vector<std::string> live;  ///< tensors from before it that are read after it
  size_t of_layers = 0;  ///< how many of `live` depend on a layer's weight; masks and positions do not
};

/// All places, in the order in which forward() passes them; none where it changes tensors in place, or keeps state.
[[nodiscard]] std::vector<CutPlace> cut_places(const Model& canonical);

/// A stretch of a model that runs on its own.
struct ModelPart {
  Model model;                       ///< canonical; shares its tensors with the whole
  std::vector<std::string> inputs;   ///< values of the whole that its forward() takes
  std::vector<std::string> outputs;  ///< and returns; of the last part those that the whole returns
};

/// Cuts forward() after these values of cut_places(), which stand in their order. What is no tensor (sizes, lists) is
/// computed again in each part that reads it.
[[nodiscard]] std::vector<ModelPart> cut(const Model& canonical, const std::vector<std::string>& after);

}  // namespace qtool
