#pragma once
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Keeps 4-dimensional parameters in channels-last order while it lives: convolutions then train faster on
/// CPUs (activations follow the weights). Values and names stay; contiguous order comes back at the end, so
/// that saved files do not depend on how they were trained.
class ChannelsLast {
 public:
  explicit ChannelsLast(const Model& model);
  ~ChannelsLast();
  ChannelsLast(const ChannelsLast&) = delete;
  ChannelsLast& operator=(const ChannelsLast&) = delete;

 private:
  std::vector<NamedTensor> parameters_;
};

/// Images float32 [N, C, H, W] in channels-last order; other tensors as they are.
[[nodiscard]] std::vector<at::Tensor> channels_last(const std::vector<at::Tensor>& inputs);

}  // namespace qtool
