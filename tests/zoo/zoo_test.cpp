#include "zoo/zoo.h"
#include "graph/read/read_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>

#include <algorithm>

#include "base/error.h"
#include "catch.h"
#include "train/small_problem.h"

using namespace qtool;

namespace {

int64_t parameter_count(const Model& model) {
  int64_t count = 0;
  for (const auto& parameter : model.parameters()) count += parameter.tensor.numel();
  return count;
}

}  // namespace

TEST_CASE("every network runs, trains, and comes back from its file") {
  const TemporaryFolder folder;
  const std::vector<int64_t> shape =
      GENERATE(std::vector<int64_t>{1, 28, 28}, std::vector<int64_t>{3, 32, 32});
  for (const auto& entry : list_zoo()) {
    INFO(entry.name);
    Model model = build_zoo(entry.name, shape, 7, /*seed=*/1);
    const at::Tensor x = at::rand({4, shape[0], shape[1], shape[2]});
    const at::Tensor y = model.forward({x})[0];
    CHECK(y.sizes() == at::IntArrayRef({4, 7}));
    y.sum().backward();
    for (const auto& parameter : model.parameters()) CHECK(parameter.tensor.grad().defined());

    const at::NoGradGuard no_grad;
    model.set_training(false);
    model.save(folder.file("net.pt"));
    Model loaded = read_model(folder.file("net.pt"));
    loaded.set_training(false);
    CHECK(loaded.forward({x})[0].equal(model.forward({x})[0]));
  }
}

TEST_CASE("the seed decides the weights") {
  const auto first_weight = [](uint64_t seed) {
    return build_zoo("resnet8", {1, 28, 28}, 10, seed).parameters()[0].tensor;
  };
  CHECK(first_weight(1).equal(first_weight(1)));
  CHECK_FALSE(first_weight(1).equal(first_weight(2)));
}

TEST_CASE("resnet8 has the parameters of its PyTorch twin") {
  const Model model = build_zoo("resnet8", {1, 28, 28}, 10, 0);
  std::vector<std::string> names;
  for (const auto& parameter : model.parameters()) names.push_back(parameter.name);
  for (const char* name : {"conv.weight", "bn.bias", "layers.0.conv1.weight", "layers.1.bn2.weight",
                           "layers.2.down.0.weight", "layers.2.down.1.bias", "fc.bias"})
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  // 3x3: 144 + 2 * 2304 + 4608 + 9216 + 18432 + 36864; 1x1: 512 + 2048; bn: 2 (3 * 16 + 3 * 32 + 3 * 64);
  // fc: 650.
  CHECK(parameter_count(model) == 73872 + 2560 + 672 + 650);
}

TEST_CASE("batch norm learns its statistics in training mode only") {
  Model model = build_zoo("resnet8", {1, 28, 28}, 10, 0);
  const auto tracked = [&](const std::string& name) {
    const auto buffers = model.buffers();
    return std::find_if(buffers.begin(), buffers.end(), [&](const auto& b) { return b.name == name; })
        ->tensor.clone();
  };
  const at::Tensor before = tracked("bn.running_mean");
  model.set_training(false);
  (void)model.forward({at::ones({2, 1, 28, 28})});
  CHECK(tracked("bn.running_mean").equal(before));
  CHECK(tracked("bn.num_batches_tracked").item<int64_t>() == 0);
  model.set_training(true);
  (void)model.forward({at::ones({2, 1, 28, 28})});
  CHECK_FALSE(tracked("bn.running_mean").equal(before));
  CHECK(tracked("bn.num_batches_tracked").item<int64_t>() == 1);
}

TEST_CASE("a misspelt network is suggested, odd images are refused") {
  CHECK_THROWS_WITH(build_zoo("resnet", {1, 28, 28}, 10, 0), contains("did you mean 'resnet8'?"));
  CHECK_THROWS_WITH(build_zoo("lenet", {1, 30, 28}, 10, 0),
                    contains("[1, 30, 28]") && contains("multiples of 4"));
  CHECK_THROWS_AS(build_zoo("lenet", {16}, 10, 0), Error);
}
