#include "graph/on_device.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>

#include <vector>

#include "gpu.h"
#include "graph/ir/attributes.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// A module with every kind of attribute that may hold a tensor.
struct Attributes {
  at::Tensor weight = noise({4, 3}, 1).requires_grad_(true), mean = noise({4}, 2), mask = noise({4}, 3),
             level = noise({2, 2}, 4), entry = noise({5}, 5), flag = at::zeros({1}, at::kLong);
  Model model;

  Attributes() : model(make()) {}

  [[nodiscard]] std::vector<at::Tensor> all() const { return {weight, mean, mask, level, entry, flag}; }

 private:
  Model make() {
    auto module = empty_module("Attributes"), child = empty_module("Child");
    child.register_parameter("weight", weight, /*is_buffer=*/false);
    child.register_buffer("mean", mean);
    module.register_module("child", child);
    module.register_attribute("mask", c10::OptionalType::ofTensor(), mask);
    module.register_attribute("nothing", c10::OptionalType::ofTensor(), c10::IValue());
    module.register_attribute("levels", c10::ListType::ofTensors(), c10::List<at::Tensor>({level}));
    c10::Dict<std::string, at::Tensor> entries;
    entries.insert("entry", entry);
    module.register_attribute("entries",
                              c10::DictType::create(c10::StringType::get(), c10::TensorType::get()), entries);
    module.register_buffer("flag", flag);
    return Model(module);
  }
};

std::vector<at::Tensor> copies(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> result;
  for (const auto& tensor : tensors) result.push_back(tensor.detach().clone());
  return result;
}

bool same_on_cpu(const std::vector<at::Tensor>& tensors, const std::vector<at::Tensor>& expected) {
  for (size_t i = 0; i < tensors.size(); ++i)
    if (!tensors[i].is_cpu() || !tensors[i].equal(expected[i])) return false;
  return true;
}

}  // namespace

TEST_CASE("a model's tensors go to the GPU and back as the same objects, with their values") {
  Attributes attributes;
  const auto before = copies(attributes.all());
  {
    const OnDevice placed(attributes.model, at::kCUDA, {attributes.flag});
    for (const auto& tensor : attributes.all())
      CHECK(tensor.device().type() == (tensor.is_same(attributes.flag) ? at::kCPU : at::kCUDA));
    attributes.weight.detach().add_(1);
  }
  CHECK(attributes.weight.requires_grad());
  CHECK(attributes.weight.equal(before[0] + 1));
  attributes.weight.detach().copy_(before[0]);
  CHECK(same_on_cpu(attributes.all(), before));
}

TEST_CASE("what was moved comes back where the GPU's memory ends") {
  Attributes attributes;
  const auto before = copies(attributes.all());
  {
    const GpuMemoryEnds full(3);
    CHECK_THROWS_WITH(OnDevice(attributes.model, at::kCUDA), contains("out of memory"));
  }
  CHECK(same_on_cpu(attributes.all(), before));
}

TEST_CASE("undefined tensors stay undefined on the way to a device") {
  const auto placed = on_device({noise({2}, 1), at::Tensor()}, at::kCUDA);
  CHECK(placed[0].is_cuda());
  CHECK(!placed[1].defined());
}
