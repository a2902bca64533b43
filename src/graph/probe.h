#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Runs a canonical model and shows some of its values as soon as they are computed, while they are in the
/// cache and before they are freed. Works inside ifs and loops, too, where a value may be seen several times
/// or never.
class Probe {
 public:
  /// Sees value `index` of those asked for. The tensor must not be kept: clone what is needed.
  using Sink = std::function<void(size_t index, const at::Tensor& value)>;

  /// `values`: names in the graph of `model` (graph/view.h). Shares the model's tensors.
  Probe(const Model& model, const std::vector<std::string>& values);

  /// What the sink throws ends the run and passes through.
  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs, const Sink& sink);

 private:
  Model probed_;
};

}  // namespace qtool
