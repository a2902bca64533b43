#include "zoo/networks.h"

namespace qtool::zoo {
namespace {

constexpr int64_t kFeatures = 64, kHeads = 4, kBlocks = 3, kPatch = 4;

/// Multi-head self-attention in single operators, [N, T, F] -> [N, T, F].
ModuleBuilder attention(Init& init) {
  constexpr int64_t kHeadFeatures = kFeatures / kHeads;
  const std::string heads = std::to_string(kHeads), size = std::to_string(kHeadFeatures);
  ModuleBuilder module("Attention");
  module.child("qkv", linear(kFeatures, 3 * kFeatures, init))
      .child("proj", linear(kFeatures, kFeatures, init));
  static_assert(kHeadFeatures == 16, "the scale below is 1 / sqrt(features of a head)");
  module.define(
      "def forward(self, x):\n"
      "  n, t, f = x.size(0), x.size(1), x.size(2)\n"
      "  qkv = torch.permute(torch.reshape(self.qkv.forward(x), [n, t, 3, " +
      heads + ", " + size +
      "]), [2, 0, 3, 1, 4])\n"
      "  q, k, v = torch.select(qkv, 0, 0), torch.select(qkv, 0, 1), torch.select(qkv, 0, 2)\n"
      "  weights = torch.softmax(torch.matmul(q, torch.transpose(k, -2, -1)) * 0.25, -1)\n"
      "  y = torch.permute(torch.matmul(weights, v), [0, 2, 1, 3])\n"
      "  return self.proj.forward(torch.reshape(y, [n, t, f]))");
  return module;
}

/// Attention and a two-layer perceptron, each behind a layer norm and added to its input; [N, T, F].
ModuleBuilder encoder_block(Init& init) {
  ModuleBuilder block("EncoderBlock");
  block.child("norm1", layer_norm(kFeatures))
      .child("attn", attention(init))
      .child("norm2", layer_norm(kFeatures))
      .child("fc1", linear(kFeatures, 2 * kFeatures, init))
      .child("gelu", gelu())
      .child("fc2", linear(2 * kFeatures, kFeatures, init));
  block.define(
      "def forward(self, x):\n"
      "  x = x + self.attn.forward(self.norm1.forward(x))\n"
      "  y = self.fc1.forward(self.norm2.forward(x))\n"
      "  return x + self.fc2.forward(self.gelu.forward(y))");
  return block;
}

}  // namespace

/// A small vision transformer: patches of 4x4 pixels, learned positions, three blocks, mean over the patches.
/// Source: Dosovitskiy et al., "An Image is Worth 16x16 Words", arXiv:2010.11929.
ModuleBuilder transformer(const Task& task, Init& init) {
  const int64_t patches = (task.height / kPatch) * (task.width / kPatch);
  ModuleBuilder net("VisionTransformer");
  net.parameter("position", init.normal({1, patches, kFeatures}, 0.02))
      .child("patch_embed",
             conv2d({.in = task.channels, .out = kFeatures, .kernel = kPatch, .stride = kPatch, .bias = true},
                    init));
  std::vector<ModuleBuilder> blocks;
  for (int64_t i = 0; i < kBlocks; ++i) blocks.push_back(encoder_block(init));
  net.child("blocks", sequential(std::move(blocks)))
      .child("norm", layer_norm(kFeatures))
      .child("head", linear(kFeatures, task.classes, init));
  net.define(
      "def forward(self, x):\n"
      "  x = torch.transpose(torch.flatten(self.patch_embed.forward(x), 2), 1, 2)\n"
      "  x = self.norm.forward(self.blocks.forward(x + self.position))\n"
      "  return self.head.forward(torch.mean(x, [1], False))");
  return net;
}

}  // namespace qtool::zoo
