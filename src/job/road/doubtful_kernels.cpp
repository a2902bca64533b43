#include "job/road/doubtful_kernels.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>
#include <map>

#include "export/target.h"
#include "job/files/staging_folder.h"
#include "measure/similarity.h"
#include "report/markdown_table.h"

namespace qtool {
namespace {

constexpr int64_t kTriedSamples = 8;
/// Of a stretch of one layer. Kernels that round ties otherwise than the simulation have 35 dB and more.
constexpr double kLeastSqnr = 20;

std::vector<std::string> doubtful_layers(const Solution& solution, const Quantization& start) {
  std::vector<std::string> layers;
  for (const auto& op : start.graph.operators) {
    const auto* planned = solution.plan.find(op.name);
    if (planned && planned->is_static() && start.backend.is_doubtful(op)) layers.push_back(op.name);
  }
  return layers;
}

/// What the int8 file of the region gives, against its simulation.
double sqnr_here(const Region& region, const Target& target, const StagingFolder& staging) {
  const auto expected = as_client_runs(region, simulation_target(), staging)->run(region.inputs);
  const auto given = as_client_runs(region, target, staging)->run(region.inputs);
  Similarity similarity;
  for (size_t i = 0; i < std::min(expected.size(), given.size()); ++i)
    if (expected[i].is_floating_point()) similarity.add(expected[i], given[i]);
  return similarity.sqnr_db();
}

std::vector<at::Tensor> first_of(const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> first;
  for (const auto& input : inputs) first.push_back(input.dim() > 0 ? input.narrow(0, 0, 1) : input);
  return first;
}

std::vector<std::string> common(const std::vector<std::string>& some,
                                const std::vector<std::string>& others) {
  std::vector<std::string> both;
  for (const auto& name : some)
    if (std::find(others.begin(), others.end(), name) != others.end()) both.push_back(name);
  return both;
}

/// Whether its files compute in int8 here: OpenVINO runs those of ONNX in float32.
bool is_of_libtorch(const Target* target) {
  return target == &libtorch_target() || target == &onednn_target();
}

/// Tries layers of a solution with one batch of inputs.
class KernelTrial {
 public:
  KernelTrial(const std::vector<at::Tensor>& inputs, const Target& target, const StagingFolder& staging,
              const SolveAgain& again)
      : inputs_(inputs), target_(target), staging_(staging), again_(again) {}

  void find_wrong(const Solution& solution, const std::vector<std::string>& layers, KeptFloat& wrong) const {
    for (const auto& region : layer_regions(solution, inputs_)) {
      const auto tried = common(region.layers, layers);
      if (tried.empty()) continue;
      const double sqnr = sqnr_here(region, target_, staging_);
      if (is_right(sqnr)) continue;
      for (const auto& [layer, alone] : to_blame(solution, tried, sqnr))
        wrong.emplace(layer, "its int8 kernel is wrong on this processor: SQNR " + fixed(alone, 1) +
                                 " dB against its simulation");
    }
  }

 private:
  static bool is_right(double sqnr) { return !(sqnr < kLeastSqnr); }

  /// Those layers of a stretch that are wrong where the others are float; all, where none is.
  std::map<std::string, double> to_blame(const Solution& solution, const std::vector<std::string>& layers,
                                         double together) const {
    std::map<std::string, double> all, wrong;
    for (const auto& layer : layers) {
      all[layer] = together;
      const double alone = layers.size() == 1 ? together : sqnr_alone(solution, layer, layers);
      if (!is_right(alone)) wrong[layer] = alone;
    }
    return wrong.empty() ? all : wrong;
  }

  double sqnr_alone(const Solution& solution, const std::string& layer,
                    const std::vector<std::string>& layers) const {
    KeptFloat others;
    for (const auto& other : layers)
      if (other != layer) others.emplace(other, "another is tried");
    const auto alone = again_(solution, others);
    for (const auto& region : layer_regions(alone, inputs_))
      if (!common(region.layers, {layer}).empty()) return sqnr_here(region, target_, staging_);
    return std::numeric_limits<double>::infinity();
  }

  const std::vector<at::Tensor>& inputs_;
  const Target& target_;
  const StagingFolder& staging_;
  const SolveAgain& again_;
};

}  // namespace

KeptFloat wrong_kernels(const Solution& solution, const std::vector<std::string>& layers,
                        const std::vector<at::Tensor>& sample, const Target& target,
                        const std::string& folder, const SolveAgain& again) {
  const at::NoGradGuard no_grad;
  const StagingFolder staging(folder);
  KeptFloat wrong;
  for (const auto& inputs : {sample, first_of(sample)})
    KernelTrial(inputs, target, staging, again).find_wrong(solution, layers, wrong);
  return wrong;
}

Solution with_right_kernels(Solution first, const Quantization& start, const Statistics& statistics,
                            QuantizeOptions& options, JobData& data) {
  if (!start.backend.is_doubtful || !data.is_given()) return first;
  const auto layers = doubtful_layers(first, start);
  if (layers.empty()) return first;
  const EngineScope engine(start.engine);
  const auto sample = data.first_samples(start.original, kTriedSamples);
  const auto again = solving_again(start, statistics, options.recipe);
  KeptFloat wrong;
  for (const auto* target : start.targets)
    if (is_of_libtorch(target))
      wrong.merge(wrong_kernels(first, layers, sample, *target, options.output, again));
  if (wrong.empty()) return first;
  auto right = again(first, wrong);
  for (const auto& [layer, why] : wrong) options.recipe.skip.push_back(layer);
  return right;
}

}  // namespace qtool
