#include "zoo/networks.h"

namespace qtool::zoo {

/// Two convolutions with pooling and three linear layers, after LeCun et al., "Gradient-Based Learning
/// Applied to Document Recognition" (1998), with ReLU and maximum pooling in place of tanh and subsampling.
ModuleBuilder lenet(const Task& task, Init& init) {
  const int64_t features = 16 * (task.height / 4) * (task.width / 4);
  ModuleBuilder net("LeNet");
  net.child("conv1", conv2d({.in = task.channels, .out = 6, .kernel = 5, .padding = 2, .bias = true}, init))
      .child("relu1", relu())
      .child("pool1", max_pool2d(2))
      .child("conv2", conv2d({.in = 6, .out = 16, .kernel = 5, .padding = 2, .bias = true}, init))
      .child("relu2", relu())
      .child("pool2", max_pool2d(2))
      .child("fc1", linear(features, 120, init))
      .child("relu3", relu())
      .child("fc2", linear(120, 84, init))
      .child("relu4", relu())
      .child("fc3", linear(84, task.classes, init));
  net.define(
      "def forward(self, x):\n"
      "  x = self.pool1.forward(self.relu1.forward(self.conv1.forward(x)))\n"
      "  x = self.pool2.forward(self.relu2.forward(self.conv2.forward(x)))\n"
      "  x = self.relu3.forward(self.fc1.forward(torch.flatten(x, 1)))\n"
      "  return self.fc3.forward(self.relu4.forward(self.fc2.forward(x)))");
  return net;
}

}  // namespace qtool::zoo
