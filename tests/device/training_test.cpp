/// train() on a GPU, of training models with fake-quant: against the same run on the CPU, where our own loops do the
/// work.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/files.h"
#include "gpu.h"
#include "graph/builder.h"
#include "graph/passes/canonicalise.h"
#include "job/workplace.h"
#include "qat/staying_on_cpu.h"
#include "qat/training_model.h"
#include "small_net.h"
#include "train/trainer.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

constexpr int64_t kClasses = 5;

/// Each class is a pattern of its own under some noise.
at::Tensor patterns(int64_t count) {
  auto samples = noise({count, 3, 7, 7}, 5) * 0.5;
  const auto classes = noise({kClasses, 3, 7, 7}, 77);
  for (int64_t i = 0; i < count; ++i) samples[i] += classes[i % kClasses];
  return samples.contiguous();
}

/// Two convolutions with batch norm, one depthwise, a sum, an average, a linear layer.
Model network(uint64_t seed) {
  ModuleBuilder net("Network");
  net.parameter("first", noise({8, 3, 3, 3}, seed) * 0.2)
      .parameter("second", noise({8, 1, 3, 3}, seed + 1) * 0.3)
      .parameter("fc", noise({kClasses, 8 * 6}, seed + 2) * 0.15)
      .parameter("bias", noise({kClasses}, seed + 3) * 0.1);
  for (const std::string n : {"1", "2"})
    net.parameter("gamma" + n, noise({8}, seed + 4) * 0.2 + 1)
        .parameter("beta" + n, noise({8}, seed + 5) * 0.2)
        .buffer("mean" + n, noise({8}, seed + 6) * 0.2)
        .buffer("var" + n, noise({8}, seed + 7).abs() + 1);
  auto model =
      net.define(
             "def forward(self, x):\n"
             "  x = torch.batch_norm(torch.conv2d(x, self.first), self.gamma1, self.beta1, self.mean1, "
             "self.var1, self.training, 0.1, 1e-5, False)\n"
             "  x = torch.relu(x)\n"
             "  y = torch.batch_norm(torch.conv2d(x, self.second, None, [1, 1], [1, 1], [1, 1], 8), "
             "self.gamma2, self.beta2, self.mean2, self.var2, self.training, 0.1, 1e-5, False)\n"
             "  y = torch.cat([torch.max_pool2d(torch.relu(x + y), [2, 2]), torch.mean(y, [2, 3], "
             "True).expand([-1, 8, 2, 2])[:, :, :1]], 2)\n"
             "  return torch.linear(torch.flatten(y, 1), self.fc, self.bias)")
          .build();
  model.set_training(false);
  return model;
}

struct Case {
  int64_t bits = 8;
  bool trains_batch_norm = true;
  StepSize steps = StepSize::kObserved;
  OptimizerKind optimizer = OptimizerKind::kSgd;
  double clip_norm = 0, label_smoothing = 0;
  std::optional<double> distillation = {};  ///< with a teacher, where it is given
};

std::string to_string(const Case& c) {
  return std::to_string(c.bits) + " bits, batch norm " + (c.trains_batch_norm ? "trained" : "folded") + ", " +
         to_string(c.steps) + " steps, " + to_string(c.optimizer) + ", clip " + std::to_string(c.clip_norm) +
         ", smoothing " + std::to_string(c.label_smoothing) + ", teacher " +
         std::to_string(c.distillation.value_or(-1));
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int64_t bits : {2, 4, 8})
    for (const bool trains_batch_norm : {false, true})
      for (const auto steps : {StepSize::kObserved, StepSize::kLearned})
        all.push_back({bits, trains_batch_norm, steps});
  all.push_back({.optimizer = OptimizerKind::kAdamW, .label_smoothing = 0.1});
  all.push_back(
      {.bits = 4, .steps = StepSize::kLearned, .optimizer = OptimizerKind::kAdamW, .clip_norm = 0.1});
  all.push_back({.clip_norm = 0.1, .distillation = 0.5});
  all.push_back({.bits = 4, .steps = StepSize::kLearned, .distillation = 1});
  return all;
}

/// Data in a folder, and runs over it.
struct TrainingPlace {
  TemporaryFolder folder = {};
  DataSpec data;

  TrainingPlace() {
    put_samples(folder / "data.npz", patterns(160), /*labelled=*/true);
    data = parse_data_spec("npz:" + folder / "data.npz");
  }

  [[nodiscard]] static TrainOptions options(const Case& c, int64_t epochs) {
    TrainOptions options;
    options.epochs = epochs;
    options.batch_size = 16;
    options.validation = 0.2;
    options.optimizer = {.kind = c.optimizer, .clip_norm = c.clip_norm};
    options.optimizer.learning_rate = c.optimizer == OptimizerKind::kSgd ? 0.02 : 0.005;
    options.label_smoothing = c.label_smoothing;
    options.distillation = c.distillation;
    return options;
  }
};

/// A training model, and what it is made of.
struct Trainee {
  Solution prepared;
  Model canonical, model;

  explicit Trainee(const Case& c)
      : prepared(prepare(network(1), patterns(32), recipe(c.bits))),
        canonical(c.trains_batch_norm ? canonicalise_unfolded(network(1)) : prepared.model.clone()),
        model(make_training_model(canonical, prepared.plan, prepared.qparams, {c.steps, c.steps})) {}

 private:
  static Recipe recipe(int64_t bits) {
    Recipe recipe;
    recipe.weight_bits = recipe.activation_bits = bits;
    return recipe;
  }
};

/// Learned steps change slowly, as in qat (job/qat.cpp).
double rate_of(const std::string& name) { return name.ends_with("_fake_quant.scale") ? 0.02 : 1; }

struct Trained {
  TrainResult result;
  std::vector<NamedTensor> parameters, buffers;
};

Trained run(const TrainingPlace& at, const Case& c, const TrainOptions& options, at::Device device,
            const std::string& checkpoint = "", const TrainHooks& hooks = {}) {
  Trainee trainee(c);
  auto teacher = network(20);
  const TrainTask task{.model = trainee.model,
                       .data = at.data,
                       .checkpoint = checkpoint,
                       .teacher = c.distillation ? &teacher : nullptr,
                       .rate_factor = rate_of,
                       .device = device,
                       .staying = staying_on_cpu(trainee.model)};
  auto result = train(task, options, hooks);
  return {std::move(result), trainee.model.parameters(), trainee.model.buffers()};
}

/// Largest difference in parts of the largest value.
double distance(const std::vector<NamedTensor>& ours, const std::vector<NamedTensor>& expected) {
  double largest = 0;
  REQUIRE(ours.size() == expected.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    REQUIRE(ours[i].name == expected[i].name);
    REQUIRE(ours[i].tensor.is_cpu());
    REQUIRE(ours[i].tensor.is_contiguous());
    const auto a = ours[i].tensor.detach().to(at::kDouble), b = expected[i].tensor.detach().to(at::kDouble);
    largest = std::max(largest, ((a - b).abs().max() / b.abs().max().clamp_min(1e-3)).item<double>());
  }
  return largest;
}

}  // namespace

TEST_CASE("a GPU trains what the CPU trains, however it is configured") {
  const TrainingPlace at;
  for (const auto& c : cases()) {
    INFO(to_string(c));
    const auto options = at.options(c, 1);
    const auto before = operators_on_gpu();
    const auto ours = run(at, c, options, at::kCUDA), expected = run(at, c, options, at::kCPU);
    CHECK(operators_on_gpu() > before + 1000);
    CHECK(ours.result.history[0].loss == Approx(expected.result.history[0].loss).epsilon(1e-4));
    CHECK(distance(ours.parameters, expected.parameters) < 1e-4);
    CHECK(distance(ours.buffers, expected.buffers) < 1e-4);
  }
}

TEST_CASE("the loss falls on a GPU") {
  const TrainingPlace at;
  for (const auto& c : cases()) {
    INFO(to_string(c));
    const auto history = run(at, c, at.options(c, 2), at::kCUDA).result.history;
    CHECK(history.back().loss < history.front().loss);
  }
}

TEST_CASE("a run on a GPU is resumed from its checkpoint, there or on the CPU") {
  const TrainingPlace at;
  const Case c{.bits = 4, .steps = StepSize::kLearned, .optimizer = OptimizerKind::kAdamW};
  auto options = at.options(c, 3);
  const auto expected = run(at, c, options, at::kCUDA);
  const auto checkpoint = at.folder / "last.pt";
  int asked = 0;
  TrainHooks hooks;
  hooks.stop = [&] { return asked++ == 11; };
  CHECK_THROWS_AS(run(at, c, options, at::kCUDA, checkpoint, hooks), Error);
  std::filesystem::copy_file(checkpoint, at.folder / "copy.pt");
  options.resume = true;
  CHECK(distance(run(at, c, options, at::kCUDA, checkpoint).parameters, expected.parameters) == 0);
  const auto on_cpu = run(at, c, options, at::kCPU, at.folder / "copy.pt");
  CHECK(on_cpu.result.history.size() == 3);
  CHECK(distance(on_cpu.parameters, expected.parameters) < 1e-3);
}

TEST_CASE("a loss that diverges on a GPU is rolled back") {
  const TrainingPlace at;
  const Case c;
  auto options = at.options(c, 4);
  options.optimizer.learning_rate = 1000;
  int rollbacks = 0;
  TrainHooks hooks;
  hooks.rolled_back = [&](const Rollback&) { ++rollbacks; };
  Trainee trainee(c);
  const TrainTask task{
      .model = trainee.model, .data = at.data, .device = at::kCUDA, .staying = staying_on_cpu(trainee.model)};
  CHECK_THROWS_AS(train(task, options, hooks), TrainingDiverged);
  CHECK(rollbacks == 1);
  for (const auto& parameter : trainee.model.parameters()) CHECK(parameter.tensor.is_cpu());
}

TEST_CASE("the model is on the CPU again where the GPU's memory ends") {
  const TrainingPlace at;
  const Case c;
  Trainee trainee(c);
  const TrainTask task{
      .model = trainee.model, .data = at.data, .device = at::kCUDA, .staying = staying_on_cpu(trainee.model)};
  for (const int64_t tensors : {5, 300, 2000}) {
    if (tensors == 2000 && !gpu_rounds_as_cpu())
      continue;  // what is given back is enough for all steps there
    INFO(tensors);
    const GpuMemoryEnds full(tensors);
    CHECK_THROWS_WITH(train(task, at.options(c, 4)), contains("out of memory"));
    for (const auto& parameter : trainee.model.parameters()) CHECK(parameter.tensor.is_cpu());
  }
}
