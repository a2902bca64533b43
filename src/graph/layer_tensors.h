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

/// Makes `readers`, layers of a model that is no one else's, read `value` times `factor` [C] along its last axis
/// instead. Returns the name of that product: a new operator, right before the first of them.
///
///   %y = aten::linear(%x, ...)      ->      %x/times = aten::mul(%x, %factor); %y = aten::linear(%x/times, ...)
[[nodiscard]] std::string multiply_before(Model& model, const std::string& value,
                                          const std::vector<std::string>& readers, const at::Tensor& factor);

}  // namespace qtool
