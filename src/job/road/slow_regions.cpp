#include "job/road/slow_regions.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "export/target.h"
#include "graph/passes/freeze.h"
#include "job/files/staging_folder.h"
#include "measure/latency.h"
#include "report/markdown_table.h"
#include "run/torchscript_runtime.h"

namespace qtool {
namespace {

constexpr size_t kMostTimed = 12;    ///< of a model that is faster as a whole
constexpr int kMostRounds = 3;       ///< of leaving out what is slow, after which other regions are left
constexpr double kMuchSlower = 0.5;  ///< of float: that is the kernel, and not the steps to it

std::string reason_of(const ReportRegion& region) {
  return "slower in int8 here: " + fixed(region.int8_ms / region.float_ms, 2) + " of the time in float";
}

bool pays(const ReportRegion& region, double worth) { return region.float_ms >= worth * region.int8_ms; }

}  // namespace

std::vector<ReportRegion> time_regions(const std::vector<Region>& regions, const Target& target,
                                       const std::string& folder, Progress& progress) {
  const at::NoGradGuard no_grad;
  const StagingFolder staging(folder);
  std::vector<ReportRegion> times;
  for (const auto& region : regions) {
    const auto int8 = as_client_runs(region, target, staging);
    auto folded = frozen_for_speed(region.solution.model);
    const std::vector<Timed> subjects = {
        {"float", [&](int64_t) { return [&] { (void)folded.forward_as_client(region.inputs); }; }},
        {"int8", [&](int64_t) { return [&] { (void)int8->run(region.inputs); }; }}};
    const auto measured =
        measure_latency(subjects, {.batch = {region.batch}, .warm_up = 3, .rounds = 9, .runs = 1}, progress);
    times.push_back({.layers = region.layers,
                     .batch = region.batch,
                     .float_ms = measured[0].median_ms,
                     .int8_ms = measured[1].median_ms});
  }
  return times;
}

FastSolution without_slow_regions(Solution solution, const std::vector<at::Tensor>& sample,
                                  const Target& target, const std::string& folder, const SolveAgain& again,
                                  Progress& progress, double worth) {
  KeptFloat all;
  for (int round = 0; round < kMostRounds; ++round) {
    KeptFloat slow;
    const auto regions = float_bounded_regions(solution, sample);
    const auto times = time_regions(regions, target, folder, progress);
    for (size_t i = 0; i < regions.size(); ++i) {
      if (pays(times[i], worth)) continue;
      // The layer to blame may have many around it that are faster in int8.
      const auto single = layer_regions(regions[i].solution, regions[i].inputs);
      KeptFloat to_blame;
      if (round + 1 < kMostRounds)
        for (const auto& alone : time_regions(single, target, folder, progress))
          if (!pays(alone, kMuchSlower))
            for (const auto& layer : alone.layers) to_blame.emplace(layer, reason_of(alone));
      if (to_blame.empty() || to_blame.size() == regions[i].layers.size())
        for (const auto& layer : regions[i].layers) to_blame.emplace(layer, reason_of(times[i]));
      slow.merge(to_blame);
    }
    if (slow.empty()) break;
    solution = again(solution, slow);
    all.merge(slow);
  }
  return {std::move(solution), std::move(all)};
}

Solution as_preferred(Solution first, const Quantization& start, const Statistics& statistics,
                      QuantizeOptions& options, JobData& data, Progress& progress) {
  if (options.prefer != Preference::kSpeed) return first;
  const Target& target = *start.targets.at(0);
  if (const auto why = why_not_run_here(target); !why.empty())
    throw Error(ErrorKind::kUsage, {.what = "what is fast cannot be measured",
                                    .where = "--prefer speed",
                                    .got = why,
                                    .expected = "a first target that runs here"});
  const EngineScope engine(start.engine);
  const auto again = solving_again(start, statistics, options.recipe);
  auto fast = without_slow_regions(std::move(first), data.first_samples(start.original, kSamplesOfRegions),
                                   target, options.output, again, progress);
  for (const auto& [layer, why] : fast.kept_float) options.recipe.skip.push_back(layer);
  return std::move(fast.solution);
}

std::vector<ReportRegion> slow_regions(const Solution& solution, const Target& target,
                                       const QuantizeOptions& options, const std::vector<at::Tensor>& sample,
                                       bool is_slow, std::vector<std::string>& warnings, Progress& progress) {
  try {
    const auto regions = float_bounded_regions(solution, sample);
    if (!is_slow && (regions.size() == 1 || regions.size() > kMostTimed)) return {};
    auto times = time_regions(regions, target, options.output, progress);
    std::erase_if(times, [](const ReportRegion& region) { return pays(region, kWorthInt8); });
    return times;
  } catch (const std::exception& error) {
    const auto* ours = dynamic_cast<const Error*>(&error);
    if (is_machine_failure(error) || (ours && ours->kind() != ErrorKind::kUnquantizable)) throw;
    warnings.push_back("which stretches are slow in int8 is not known: " + first_sentence(error.what()));
    return {};
  }
}

}  // namespace qtool
