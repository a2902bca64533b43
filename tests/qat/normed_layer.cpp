#include "normed_layer.h"

#include <ATen/TensorOperators.h>

#include "graph/builder.h"
#include "small_net.h"

namespace qtool {

const std::vector<NormedLayer>& normed_layers() {
  static const std::vector<NormedLayer> layers = {
      {.name = "convolution",
       .call = "torch.conv2d(x, self.weight, self.bias)",
       .weight = {4, 3, 3, 3},
       .channels = 4,
       .input = {8, 3, 7, 7}},
      {.name = "convolution without bias",
       .call = "torch.conv2d(x, self.weight)",
       .weight = {4, 3, 1, 1},
       .channels = 4,
       .input = {8, 3, 7, 7}},
      {.name = "depthwise convolution",
       .call = "torch.conv2d(x, self.weight, None, [1, 1], [1, 1], [1, 1], 4)",
       .weight = {4, 1, 3, 3},
       .channels = 4,
       .input = {8, 4, 7, 7}},
      {.name = "batch norm without gamma and beta",
       .call = "torch.conv2d(x, self.weight, self.bias)",
       .weight = {4, 3, 3, 3},
       .channels = 4,
       .input = {8, 3, 7, 7},
       .is_affine = false},
      {.name = "1d convolution",
       .call = "torch.conv1d(x, self.weight, self.bias)",
       .weight = {4, 3, 3},
       .channels = 4,
       .input = {8, 3, 9}},
      {.name = "linear layer",
       .call = "torch.linear(x, self.weight, self.bias)",
       .weight = {4, 6},
       .channels = 4,
       .input = {40, 6}},
      {.name = "transposed convolution in groups",
       .call = "torch.conv_transpose2d(x, self.weight, self.bias, [2, 2], [0, 0], [0, 0], 2)",
       .weight = {4, 3, 2, 2},
       .channels = 6,
       .input = {8, 4, 5, 5},
       .axis = 1,
       .groups = 2}};
  return layers;
}

Model build(const NormedLayer& layer) {
  ModuleBuilder net("Net");
  net.parameter("weight", noise(layer.weight, 1) * 0.3)
      .parameter("bias", noise({layer.channels}, 2) * 0.3)
      .buffer("mean", noise({layer.channels}, 3) * 0.3)
      .buffer("var", noise({layer.channels}, 4).abs() + 0.5);
  if (layer.is_affine)
    net.parameter("gamma", noise({layer.channels}, 5)).parameter("beta", noise({layer.channels}, 6));
  auto model = net.define("def forward(self, x):\n  y = " + layer.call + "\n  y = torch.batch_norm(y, " +
                          (layer.is_affine ? "self.gamma, self.beta" : "None, None") +
                          ", self.mean, self.var, self.training, 0.1, 1e-5, False)\n  return torch.relu(y)")
                   .build();
  model.set_training(false);
  return model;
}

}  // namespace qtool
