#include "graph/belongings.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/jit/api/module.h>

#include <unistd.h>

#include <filesystem>

#include "catch.h"
#include "graph/passes/canonicalise.h"
#include "graph/read/read_model.h"
#include "graphs.h"

using namespace qtool;

namespace {

using Strings = std::vector<std::string>;

/// A layer, attributes, and methods with and without layers.
Model with_names() {
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv2d", numbers({4, 3, 3, 3}), kScriptedConv)).buffer("stride", numbers({3}));
  net.define(
      "def scaled(self, x, factor: float = 2.0):\n  return x * self.stride.sum() * factor\n"
      "def _features(self, x):\n  return self.conv.forward(x)\n"
      "def features(self, x):\n  return self._features(x)\n"
      "def forward(self, x):\n  return torch.relu(self._features(x))");
  auto model = net.build();
  c10::Dict<int64_t, std::string> names;
  names.insert(0, "cat");
  model.module().register_attribute(
      "names", c10::DictType::create(c10::IntType::get(), c10::StringType::get()), names);
  model.module().define("def name(self, i: int) -> str:\n  return self.names[i]\n");
  model.set_extra_files({{"config.txt", "imgsz: 64"}});
  return model;
}

}  // namespace

TEST_CASE("extra files, attributes and methods without layers go over to what is made of a model") {
  const auto model = with_names();
  auto made = canonicalise(model);
  carry_over(model, made);
  CHECK(made.notes().extra_files.at("config.txt") == "imgsz: 64");
  auto& module = made.module();
  CHECK(module.attr("stride").toTensor().equal(numbers({3})));
  CHECK(module.attr("names").toGenericDict().size() == 1);
  CHECK(module.get_method("name")({c10::IValue(0)}).toStringRef() == "cat");
  const auto x = numbers({2});
  CHECK(module.get_method("scaled")({x}).toTensor().equal(x * numbers({3}).sum() * 2));
  CHECK_FALSE(module.find_method("features"));
  CHECK_FALSE(module.find_method("_features"));
}

TEST_CASE("they are still there when the model was written and read") {
  const auto model = with_names();
  auto made = canonicalise(model);
  carry_over(model, made);
  const auto path = temporary_path("belongings.pt");
  made.save(path);
  const auto read = read_model(path);
  std::filesystem::remove(path);
  CHECK(read.notes().extra_files == model.notes().extra_files);
  CHECK(read.module().get_method("name")({c10::IValue(0)}).toStringRef() == "cat");
}

TEST_CASE("methods that need layers are named, but for parts of forward()") {
  CHECK(left_out(with_names()) == Strings{"features()"});
  ModuleBuilder net("Net"), encoder("Encoder");
  encoder.child("conv", layer("Conv2d", numbers({4, 3, 3, 3}), kScriptedConv));
  encoder.define("def encode(self, x):\n  return self.conv.forward(x)\ndef forward(self, x):\n  return x");
  encoder.define("def forward__1(self, x):\n  return self.conv.forward(x)");  // as PyTorch names an overload
  net.child("encoder", encoder).define("def forward(self, x):\n  return self.encoder.forward(x)");
  CHECK(left_out(net.build()) == Strings{"encoder.encode()"});
}
