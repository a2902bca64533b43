// training_step MODEL DATA THREADS [float|fake-quant|none]: one training step of batch 128, in float and with
// fake-quant of several kinds, in turn. Prints a line for each kind: its name and the median in ms. With a fourth
// argument it takes steps of that kind alone, for a look at the memory that the process needs. On a GPU where the
// environment has DEVICE=cuda. As tests/bench/training_step.py does it for PyTorch.
#include <ATen/Parallel.h>
#include <malloc.h>
#include <torch/cuda.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "calibrate/calibrate.h"
#include "calibrate/solve.h"
#include "data/loader.h"
#include "graph/on_device.h"
#include "graph/passes/canonicalise.h"
#include "graph/read/read_model.h"
#include "graph/view.h"
#include "plan/plan.h"
#include "qat/staying_on_cpu.h"
#include "qat/training_model.h"
#include "train/loss.h"
#include "train/memory_format.h"
#include "train/optimizer.h"

namespace {

using namespace qtool;

constexpr int kRounds = 25, kWarmUpRounds = 4;

at::Device device() {
  const char* name = std::getenv("DEVICE");
  return name ? at::Device(name) : at::kCPU;
}

/// A model with what it takes to train it.
struct Trainee {
  std::string name;
  Model model;
  ChannelsLast order;
  OnDevice placed;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<double> ms = {};

  Trainee(std::string title, Model trained)
      : name(std::move(title)),
        model(std::move(trained)),
        order(model),
        placed(model, device(), staying_on_cpu(model)),
        optimizer(make_optimizer({.learning_rate = 0.01}, model.parameters())) {
    model.set_training(true);
  }

  void step(const Batch& batch) {
    const auto start = std::chrono::steady_clock::now();
    const auto outputs = model.forward(on_device(channels_last(batch.inputs), device()));
    const auto loss = training_loss(outputs, batch.targets, /*teacher=*/{}, {});
    optimizer->zero_grad();
    loss.backward(outputs);
    optimizer->step(0.01);
    if (!device().is_cpu()) torch::cuda::synchronize();
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
};

struct Start {
  Model canonical;
  QuantPlan plan;
  std::vector<QParams> qparams;
};

Start prepare(const Model& model, const Batch& batch) {
  auto canonical = canonicalise(model);
  const auto graph = view(canonical);
  auto plan = make_plan(graph, Recipe{}, {.name = "x86"});
  const auto statistics = calibrate(canonical, plan, batch.inputs);
  std::vector<at::Tensor> weights(plan.sites.size());
  for (const auto& op : graph.operators)
    if (const auto* planned = plan.find(op.name); planned && planned->weight_site)
      weights[*planned->weight_site] = op.weight;
  auto qparams = solve(plan, statistics, weights);
  return {std::move(canonical), std::move(plan), std::move(qparams)};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: training_step MODEL DATA THREADS [float|fake-quant|none]\n";
    return 2;
  }
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // as apps/qtool
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  at::set_num_threads(std::stoi(argv[3]));
  const auto model = read_model(argv[1]);
  Loader loader(parse_data_spec(argv[2]), {}, {.batch_size = 128, .count = 128});
  const auto batch = *loader.next();
  const std::string only = argc > 4 ? argv[4] : "";
  const auto start = prepare(model, batch);
  const auto simulated = [&](const Model& from, StepSizes steps) {
    return make_training_model(from.clone(), start.plan, start.qparams, steps);
  };
  const auto unfolded = canonicalise_unfolded(model);
  std::vector<std::unique_ptr<Trainee>> trainees;
  const auto add = [&](const char* name, Model trained) {
    trainees.push_back(std::make_unique<Trainee>(name, std::move(trained)));
  };
  if (only.empty() || only == "float") add("float", model.clone());
  if (only.empty() || only == "fake-quant") add("fake-quant", simulated(unfolded, {}));
  if (only.empty()) {
    add("fake-quant, batch norm folded", simulated(start.canonical, {}));
    add("fake-quant, weight steps learned", simulated(unfolded, {StepSize::kLearned, StepSize::kObserved}));
    add("fake-quant, all steps learned", simulated(unfolded, {StepSize::kLearned, StepSize::kLearned}));
  }
  for (int round = 0; round < kRounds; ++round)
    for (auto& trainee : trainees) trainee->step(batch);
  for (auto& trainee : trainees) {
    auto& ms = trainee->ms;
    ms.erase(ms.begin(), ms.begin() + kWarmUpRounds);
    std::nth_element(ms.begin(), ms.begin() + std::ptrdiff_t(ms.size() / 2), ms.end());
    std::cout << trainee->name << "\t" << ms[ms.size() / 2] << "\n";
  }
}
