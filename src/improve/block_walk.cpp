#include "improve/block_walk.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <map>
#include <set>

#include "graph/parts.h"
#include "graph/probe.h"
#include "graph/view.h"
#include "improve/blocks.h"
#include "improve/quantized_layers.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

using Values = std::map<std::string, at::Tensor>;

/// Float inputs, their outputs, and the quantized inputs.
constexpr int64_t kHeldAtOnce = 3;

/// Bytes of a sample of each value that is there for each sample.
std::map<std::string, int64_t> sizes_of(const Model& model, const std::vector<CutPlace>& places,
                                        const std::vector<at::Tensor>& batch) {
  std::set<std::string> names;
  for (const auto& place : places) names.insert(place.live.begin(), place.live.end());
  const std::vector<std::string> values(names.begin(), names.end());
  std::map<std::string, int64_t> sizes;
  const int64_t samples = batch[0].size(0);
  (void)Probe(model, values).run(batch, [&](size_t i, const at::Tensor& value) {
    if (value.dim() > 0 && value.size(0) == samples && samples > 0)
      sizes[values[i]] = static_cast<int64_t>(value.nbytes()) / samples;
  });
  return sizes;
}

std::vector<at::Tensor> joined(const std::vector<std::vector<at::Tensor>>& batches) {
  std::vector<at::Tensor> tensors;
  for (size_t i = 0; i < batches[0].size(); ++i) {
    std::vector<at::Tensor> column;
    for (const auto& batch : batches) column.push_back(batch[i]);
    tensors.push_back(column[0].dim() == 0 ? at::stack(column) : at::cat(column));
  }
  return tensors;
}

std::vector<at::Tensor> pick(const Values& values, const std::vector<std::string>& names) {
  std::vector<at::Tensor> picked;
  for (const auto& name : names) picked.push_back(values.at(name));
  return picked;
}

void put(Values& values, const std::vector<std::string>& names, const std::vector<at::Tensor>& tensors) {
  for (size_t i = 0; i < names.size(); ++i) values[names[i]] = tensors[i];
}

class BlockWalk {
 public:
  BlockWalk(Solution& solution, const Evidence& evidence, const WalkOptions& options)
      : solution_(solution), evidence_(evidence) {
    const auto first = evidence.batches.pass()();
    if (first.empty()) return;
    auto places = cut_places(solution.model);
    const auto sizes = sizes_of(solution.model, places, first);
    std::erase_if(places, [&](const CutPlace& place) {
      return std::any_of(place.live.begin(), place.live.end(),
                         [&](const auto& name) { return !sizes.contains(name); });
    });
    ends_ = block_ends(solution.plan, places);
    batch_ = std::min(options.batch, first[0].size(0));
    any_batch_ = takes(solution.model, rows_of(first, 0, batch_));
    if (!any_batch_) batch_ = first[0].size(0);
    read(samples_within(options, places, sizes));
  }

  void run(const FitBlock& fit) {
    if (count_ == 0) return;
    auto parts = cut(solution_.model, ends_), references = cut(evidence_.reference, ends_);
    for (size_t i = 0; i < parts.size(); ++i) {
      evidence_.progress.update(static_cast<int64_t>(i), static_cast<int64_t>(parts.size()), forecast_);
      auto block = part_of(solution_, std::move(parts[i]));
      BlockSamples samples{.reference = pick(floats_, references[i].inputs),
                           .quantized = pick(quantized_, block.inputs),
                           .batch = batch_,
                           .any_batch = any_batch_,
                           .count = count_,
                           .index = static_cast<int64_t>(i),
                           .blocks = static_cast<int64_t>(parts.size())};
      samples.targets = run_all(references[i].model, samples.reference, batch_);
      if (has_weights(block.solution.plan)) fit(block.solution, samples);
      for (size_t k = 0; k < block.sites.size(); ++k)
        solution_.qparams[block.sites[k]] = block.solution.qparams[k];
      if (i + 1 == parts.size()) break;
      put(floats_, references[i].outputs, samples.targets);
      auto simulated = simulate(block.solution);
      put(quantized_, block.outputs, run_all(simulated, samples.quantized, batch_));
      forget_what_is_not_read(parts, i + 1);
    }
  }

 private:
  static bool has_weights(const QuantPlan& plan) {
    return std::any_of(plan.sites.begin(), plan.sites.end(),
                       [](const Site& site) { return site.role == SiteRole::kWeight; });
  }

  int64_t samples_within(const WalkOptions& options, const std::vector<CutPlace>& places,
                         const std::map<std::string, int64_t>& sizes) {
    int64_t largest = 1;
    for (const auto& place : places) {
      if (std::find(ends_.begin(), ends_.end(), place.after) == ends_.end()) continue;
      int64_t bytes = 0;
      for (const auto& name : place.live) bytes += sizes.at(name);
      largest = std::max(largest, bytes);
    }
    largest *= kHeldAtOnce;
    const auto samples = std::clamp(options.memory / largest, batch_, std::max(batch_, options.samples));
    forecast_ =
        std::to_string(samples) + " samples, " + std::to_string(samples * largest / 1000000 + 1) + " MB";
    return samples;
  }

  void read(int64_t samples) {
    std::vector<std::vector<at::Tensor>> batches;
    const auto source = evidence_.batches.pass();
    for (auto batch = source(); !batch.empty() && count_ < samples; batch = source()) {
      count_ += batch[0].size(0);
      batches.push_back(std::move(batch));
    }
    count_ = std::min(count_, samples) / batch_ * batch_;
    if (count_ == 0) return;
    const auto inputs = rows_of(joined(batches), 0, count_);
    put(floats_, view(solution_.model).inputs, inputs);
    quantized_ = floats_;
  }

  void forget_what_is_not_read(const std::vector<ModelPart>& parts, size_t next) {
    std::set<std::string> read;
    for (size_t i = next; i < parts.size(); ++i) read.insert(parts[i].inputs.begin(), parts[i].inputs.end());
    for (auto* values : {&floats_, &quantized_})
      std::erase_if(*values, [&](const auto& entry) { return !read.contains(entry.first); });
  }

  Solution& solution_;
  const Evidence& evidence_;
  std::vector<std::string> ends_;
  int64_t batch_ = 1, count_ = 0;
  bool any_batch_ = true;
  std::string forecast_ = {};
  Values floats_, quantized_;
};

}  // namespace

std::vector<at::Tensor> run_all(Model& block, const std::vector<at::Tensor>& inputs, int64_t batch) {
  const at::NoGradGuard no_grad;
  std::vector<std::vector<at::Tensor>> outputs;
  for (int64_t begin = 0; begin < inputs[0].size(0); begin += batch)
    outputs.push_back(block.forward(rows_of(inputs, begin, batch)));
  return joined(outputs);
}

double relative_error(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets) {
  double sum = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!targets[i].is_floating_point()) continue;
    const double all = (targets[i] - targets[i].mean()).square().sum().item<double>();
    if (all > 0) sum += (outputs[i] - targets[i]).square().sum().item<double>() / all;
  }
  return sum;
}

void walk_blocks(Solution& solution, const Evidence& evidence, const WalkOptions& options,
                 const FitBlock& fit) {
  BlockWalk(solution, evidence, options).run(fit);
}

Attempt fit_blocks(const Solution& solution, const Evidence& evidence, const WalkOptions& options,
                   const FitLayers& fit) {
  const at::NoGradGuard no_grad;
  auto copy = copy_with_layers(evidence.reference, quantized_layers(solution.plan));
  if (copy.layers.empty()) return {.why_not = kNoLayerOfItsOwn};
  Solution fitted{std::move(copy.model), solution.plan, solution.qparams};
  walk_blocks(fitted, evidence, options,
              [&](Solution& block, const BlockSamples& samples) { fit(block, copy.layers, samples); });
  return {.solution = std::move(fitted)};
}

}  // namespace qtool
