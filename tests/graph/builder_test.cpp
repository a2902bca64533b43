#include "graph/builder.h"
#include "graph/read/read_model.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.h"

using namespace qtool;

namespace {

/// y = weight * x + offset in training, weight * x otherwise.
ModuleBuilder scale(double weight) {
  ModuleBuilder module("Scale");
  module.parameter("weight", at::full({2}, weight)).buffer("offset", at::ones({2}));
  module.define(
      "def forward(self, x):\n"
      "  y = x * self.weight\n"
      "  return y + self.offset if self.training else y");
  return module;
}

Model two_scales() {
  ModuleBuilder inner("Inner");
  inner.child("0", scale(2)).child("1", scale(5));
  inner.define(
      "def forward(self, x):\n  return getattr(self, \"1\").forward(getattr(self, \"0\").forward(x))");
  ModuleBuilder net("Net");
  net.child("layers", inner).define("def forward(self, x):\n  return torch.relu(self.layers.forward(x))");
  return net.build();
}

std::string bytes_of(const Model& model) {
  const auto path = std::filesystem::temp_directory_path() / ("builder." + std::to_string(getpid()) + ".pt");
  model.save(path);
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  std::filesystem::remove(path);
  return bytes.str();
}

}  // namespace

TEST_CASE("a built model computes, and its mode reaches every child") {
  Model model = two_scales();
  const at::Tensor x = at::tensor({-1.0f, 3.0f});
  model.set_training(false);
  CHECK(at::allclose(model.forward({x})[0], at::tensor({0.0f, 30.0f})));
  model.set_training(true);  // ((x * 2) + 1) * 5 + 1
  CHECK(at::allclose(model.forward({x})[0], at::tensor({0.0f, 36.0f})));
}

TEST_CASE("parameters and buffers are found under their module paths") {
  const Model model = two_scales();
  const auto parameters = model.parameters();
  REQUIRE(parameters.size() == 2);
  CHECK(parameters[0].name == "layers.0.weight");
  CHECK(parameters[1].name == "layers.1.weight");
  CHECK(parameters[1].tensor.requires_grad());
  REQUIRE(model.buffers().size() == 2);
  CHECK(model.buffers()[1].name == "layers.1.offset");
}

TEST_CASE("gradients reach the parameters of a built model") {
  Model model = two_scales();
  model.set_training(false);
  model.forward({at::tensor({1.0f, 3.0f})})[0].sum().backward();
  // d/dw0 of x * w0 * w1 is x * w1.
  CHECK(at::allclose(model.parameters()[0].tensor.grad(), at::tensor({5.0f, 15.0f})));
  CHECK(at::allclose(model.parameters()[1].tensor.grad(), at::tensor({2.0f, 6.0f})));
}

TEST_CASE("a built model computes the same after saving and loading") {
  const auto path = std::filesystem::temp_directory_path() / ("built." + std::to_string(getpid()) + ".pt");
  two_scales().save(path);
  Model loaded = read_model(path);
  std::filesystem::remove(path);
  loaded.set_training(false);
  CHECK(at::allclose(loaded.forward({at::tensor({-1.0f, 3.0f})})[0], at::tensor({0.0f, 30.0f})));
}

TEST_CASE("modules of one structure share a class, and the same definition gives the same bytes") {
  const std::string bytes = bytes_of(two_scales());
  CHECK(bytes == bytes_of(two_scales()));
  CHECK(bytes.find("__torch__\nScale\n") != std::string::npos);
  CHECK(bytes.find("___torch_mangle") == std::string::npos);
}

TEST_CASE("models of one builder share no tensor") {
  const ModuleBuilder builder = scale(1);
  const Model first = builder.build(), second = builder.build();
  first.parameters()[0].tensor.detach().zero_();
  CHECK(at::allclose(second.parameters()[0].tensor, at::ones({2})));
}
