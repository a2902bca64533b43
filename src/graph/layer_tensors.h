#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Of a layer: attributes that no other operator reads, to be written to.
struct LayerTensors {
  at::Tensor weight, bias;
};

/// A model with the tensors of some of its layers.
struct ModelWithLayers {
  Model model;
  std::map<std::string, LayerTensors> layers = {};  ///< by the operator's name
};

/// A deep copy of a canonical model whose layers can be changed, each by itself. Of `names` those are in it whose
/// weight no other operator reads. One without a bias, or with one that others read, gets a bias of its own.
[[nodiscard]] ModelWithLayers copy_with_layers(const Model& canonical, const std::vector<std::string>& names);

}  // namespace qtool
