#include "zoo/networks.h"

namespace qtool::zoo {
namespace {

/// [N, in, H, W] -> [N, out, H / stride, W / stride]
ModuleBuilder basic_block(int64_t in, int64_t out, int64_t stride, Init& init) {
  ModuleBuilder block("BasicBlock");
  block.child("conv1", conv2d({.in = in, .out = out, .kernel = 3, .stride = stride, .padding = 1}, init))
      .child("bn1", batch_norm2d(out))
      .child("relu1", relu())
      .child("conv2", conv2d({.in = out, .out = out, .kernel = 3, .padding = 1}, init))
      .child("bn2", batch_norm2d(out))
      .child("relu2", relu());
  const bool same_shape = in == out && stride == 1;
  if (!same_shape) {
    std::vector<ModuleBuilder> down;
    down.push_back(conv2d({.in = in, .out = out, .kernel = 1, .stride = stride}, init));
    down.push_back(batch_norm2d(out));
    block.child("down", sequential(std::move(down)));
  }
  block.define(
      "def forward(self, x):\n"
      "  y = self.relu1.forward(self.bn1.forward(self.conv1.forward(x)))\n"
      "  y = self.bn2.forward(self.conv2.forward(y))\n"
      "  return self.relu2.forward(y + " +
      std::string(same_shape ? "x" : "self.down.forward(x)") + ")");
  return block;
}

}  // namespace

/// A 3x3 stem and one basic block each at 16, 32 and 64 channels: the ResNet-8 of the MLPerf Tiny benchmark,
/// after He et al., "Deep Residual Learning for Image Recognition", arXiv:1512.03385.
ModuleBuilder resnet8(const Task& task, Init& init) {
  std::vector<ModuleBuilder> blocks;
  ModuleBuilder net("ResNet8");
  net.child("conv", conv2d({.in = task.channels, .out = 16, .kernel = 3, .padding = 1}, init))
      .child("bn", batch_norm2d(16))
      .child("relu", relu());
  blocks.push_back(basic_block(16, 16, 1, init));
  blocks.push_back(basic_block(16, 32, 2, init));
  blocks.push_back(basic_block(32, 64, 2, init));
  net.child("layers", sequential(std::move(blocks)))
      .child("pool", adaptive_avg_pool2d())
      .child("fc", linear(64, task.classes, init));
  net.define(
      "def forward(self, x):\n"
      "  x = self.layers.forward(self.relu.forward(self.bn.forward(self.conv.forward(x))))\n"
      "  return self.fc.forward(torch.flatten(self.pool.forward(x), 1))");
  return net;
}

}  // namespace qtool::zoo
