#include "zoo/layers.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace qtool::zoo {
namespace {

std::string forward(const std::string& expression) { return "def forward(self, x):\n  return " + expression; }

ModuleBuilder without_weights(const std::string& type_name, const std::string& expression) {
  ModuleBuilder module(type_name);
  module.define(forward(expression));
  return module;
}

std::string pair(int64_t value) { return "[" + std::to_string(value) + ", " + std::to_string(value) + "]"; }

}  // namespace

Init::Init(uint64_t seed) : generator_(at::detail::createCPUGenerator(seed)) {}

at::Tensor Init::kaiming(at::IntArrayRef shape) {
  int64_t fan_in = 1;
  for (size_t i = 1; i < shape.size(); ++i) fan_in *= shape[i];
  return normal(shape, std::sqrt(2.0 / double(fan_in)));
}

at::Tensor Init::normal(at::IntArrayRef shape, double standard_deviation) {
  return at::empty(shape, at::kFloat).normal_(0, standard_deviation, generator_);
}

at::Tensor Init::uniform(at::IntArrayRef shape, int64_t fan_in) {
  const double bound = 1 / std::sqrt(double(fan_in));
  return at::empty(shape, at::kFloat).uniform_(-bound, bound, generator_);
}

ModuleBuilder conv2d(const ConvShape& shape, Init& init) {
  const int64_t in_group = shape.in / shape.groups;
  ModuleBuilder module("Conv2d");
  module.parameter("weight", init.kaiming({shape.out, in_group, shape.kernel, shape.kernel}));
  if (shape.bias) module.parameter("bias", init.uniform({shape.out}, in_group * shape.kernel * shape.kernel));
  module.define(forward("torch.conv2d(x, self.weight, " + std::string(shape.bias ? "self.bias" : "None") +
                        ", " + pair(shape.stride) + ", " + pair(shape.padding) + ", [1, 1], " +
                        std::to_string(shape.groups) + ")"));
  return module;
}

ModuleBuilder batch_norm2d(int64_t channels) {
  ModuleBuilder module("BatchNorm2d");
  module.parameter("weight", at::ones({channels}))
      .parameter("bias", at::zeros({channels}))
      .buffer("running_mean", at::zeros({channels}))
      .buffer("running_var", at::ones({channels}))
      .buffer("num_batches_tracked", at::zeros({}, at::kLong))
      .define(
          "def forward(self, x):\n"
          "  if self.training:\n"
          "    self.num_batches_tracked.add_(1)\n"
          "  return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var,\n"
          "                          self.training, 0.1, 1e-05, True)");
  return module;
}

ModuleBuilder linear(int64_t in, int64_t out, Init& init) {
  ModuleBuilder module("Linear");
  module.parameter("weight", init.uniform({out, in}, in)).parameter("bias", init.uniform({out}, in));
  module.define(forward("torch.linear(x, self.weight, self.bias)"));
  return module;
}

ModuleBuilder layer_norm(int64_t features) {
  ModuleBuilder module("LayerNorm");
  module.parameter("weight", at::ones({features})).parameter("bias", at::zeros({features}));
  module.define(forward("torch.layer_norm(x, [" + std::to_string(features) +
                        "], self.weight, self.bias, 1e-05, True)"));
  return module;
}

ModuleBuilder relu() { return without_weights("ReLU", "torch.relu(x)"); }
ModuleBuilder relu6() { return without_weights("ReLU6", "torch.hardtanh(x, 0., 6.)"); }
ModuleBuilder gelu() { return without_weights("GELU", "torch.gelu(x)"); }

ModuleBuilder max_pool2d(int64_t size) {
  return without_weights(
      "MaxPool2d", "torch.max_pool2d(x, " + pair(size) + ", " + pair(size) + ", [0, 0], [1, 1], False)");
}

ModuleBuilder adaptive_avg_pool2d() {
  return without_weights("AdaptiveAvgPool2d", "torch.adaptive_avg_pool2d(x, [1, 1])");
}

ModuleBuilder sequential(std::vector<ModuleBuilder> modules) {
  ModuleBuilder result("Sequential");
  std::string source = "def forward(self, x):\n";
  for (size_t i = 0; i < modules.size(); ++i) {
    const std::string name = std::to_string(i);
    result.child(name, modules[i]);
    source += "  x = getattr(self, \"" + name + "\").forward(x)\n";
  }
  result.define(source + "  return x");
  return result;
}

}  // namespace qtool::zoo
