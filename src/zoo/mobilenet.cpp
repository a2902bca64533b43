#include "zoo/networks.h"

namespace qtool::zoo {
namespace {

/// Convolution without bias, batch norm, and ReLU6 where `activated`.
ModuleBuilder conv_bn(const ConvShape& shape, bool activated, Init& init) {
  std::vector<ModuleBuilder> modules;
  modules.push_back(conv2d(shape, init));
  modules.push_back(batch_norm2d(shape.out));
  if (activated) modules.push_back(relu6());
  return sequential(std::move(modules));
}

/// Widened by 1x1, depthwise 3x3, narrowed by 1x1 without activation; [N, in, H, W] -> [N, out, H / stride,
/// ...].
ModuleBuilder inverted_residual(int64_t in, int64_t out, int64_t stride, Init& init) {
  constexpr int64_t kExpansion = 4;
  const int64_t wide = in * kExpansion;
  ModuleBuilder block("InvertedResidual");
  block.child("expand", conv_bn({.in = in, .out = wide, .kernel = 1}, true, init))
      .child("depthwise",
             conv_bn({.in = wide, .out = wide, .kernel = 3, .stride = stride, .padding = 1, .groups = wide},
                     true, init))
      .child("project", conv_bn({.in = wide, .out = out, .kernel = 1}, false, init));
  const bool same_shape = in == out && stride == 1;
  block.define(
      "def forward(self, x):\n"
      "  y = self.project.forward(self.depthwise.forward(self.expand.forward(x)))\n"
      "  return " +
      std::string(same_shape ? "x + y" : "y"));
  return block;
}

}  // namespace

/// A small MobileNetV2 for images of 28 to 64 pixels: three resolutions, six inverted residual blocks.
/// Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", arXiv:1801.04381.
ModuleBuilder mobilenet(const Task& task, Init& init) {
  ModuleBuilder net("MobileNet");
  net.child("stem", conv_bn({.in = task.channels, .out = 16, .kernel = 3, .padding = 1}, true, init));
  std::vector<ModuleBuilder> blocks;
  struct Stage {
    int64_t in, out, stride;
  };
  for (const Stage& s : {Stage{16, 24, 2}, {24, 24, 1}, {24, 32, 2}, {32, 32, 1}, {32, 48, 1}, {48, 48, 1}})
    blocks.push_back(inverted_residual(s.in, s.out, s.stride, init));
  net.child("blocks", sequential(std::move(blocks)))
      .child("head", conv_bn({.in = 48, .out = 128, .kernel = 1}, true, init))
      .child("pool", adaptive_avg_pool2d())
      .child("fc", linear(128, task.classes, init));
  net.define(
      "def forward(self, x):\n"
      "  x = self.head.forward(self.blocks.forward(self.stem.forward(x)))\n"
      "  return self.fc.forward(torch.flatten(self.pool.forward(x), 1))");
  return net;
}

}  // namespace qtool::zoo
