#include "job/road/slow_regions.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "export/target.h"
#include "graph/parts.h"
#include "graph/passes/freeze.h"
#include "improve/blocks.h"
#include "job/files/staging_folder.h"
#include "measure/latency.h"
#include "report/markdown_table.h"
#include "run/torchscript_runtime.h"
#include "solve/first_solution.h"

namespace qtool {
namespace {

constexpr size_t kMostTimed = 12;    ///< of a model that is faster as a whole
constexpr int kMostRounds = 3;       ///< of leaving out what is slow, after which other regions are left
constexpr double kMuchSlower = 0.5;  ///< of float: that is the kernel, and not the steps to it

bool is_int8(const QuantPlan& plan, const std::string& reader, const std::string& value) {
  const auto* op = plan.find(reader);
  return op && op->is_static() && std::find(op->inputs.begin(), op->inputs.end(), value) != op->inputs.end();
}

/// Whether the value is float for all that make or all that read it.
bool is_float_at_cut(const QuantPlan& plan, const std::string& value) {
  const auto grid = plan.grid_of.find(value);
  if (grid == plan.grid_of.end() || plan.sites[grid->second].role == SiteRole::kInput) return true;
  return std::none_of(plan.operators.begin(), plan.operators.end(),
                      [&](const PlannedOperator& op) { return is_int8(plan, op.name, value); });
}

std::vector<std::string> int8_layers(const QuantPlan& plan) {
  std::vector<std::string> names;
  for (const auto& op : plan.operators)
    if (op.is_static() && op.weight_site) names.push_back(op.name);
  return names;
}

/// A part that begins within int8 quantizes what it reads on the grids of the whole.
void add_grids_of_inputs(const Solution& whole, PartialSolution& part) {
  auto& [model, plan, qparams] = part.solution;
  for (const auto& value : part.inputs) {
    const auto given = whole.plan.grid_of.find(value);
    if (given == whole.plan.grid_of.end() || plan.grid_of.contains(value)) continue;
    const size_t site = given->second, here = plan.sites.size();
    plan.sites.push_back(whole.plan.sites[site]);
    qparams.push_back(whole.qparams[site]);
    for (const auto& [other, grid] : whole.plan.grid_of)
      if (grid == site) plan.grid_of[other] = here;
    for (auto& op : plan.operators)
      if (whole.plan.find(op.name)->output_site == site) op.output_site = here;
  }
}

using Accept = std::function<bool(const CutPlace&)>;

/// The stretches between the places that are accepted, as far as they have int8 layers.
std::vector<Region> regions_between(const Solution& whole, const std::vector<at::Tensor>& sample,
                                    int64_t batch, const Accept& accept) {
  std::vector<std::string> after;
  for (const auto& place : cut_places(whole.model))
    if (!splits_kernel(whole.plan, place) && accept(place)) after.push_back(place.after);
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> values;
  const auto inputs_of_whole = view(whole.model).inputs;
  for (size_t i = 0; i < sample.size(); ++i) values[inputs_of_whole.at(i)] = sample[i];
  std::vector<Region> regions;
  for (auto& part : cut(whole.model, after)) {
    auto piece = part_of(whole, std::move(part));
    add_grids_of_inputs(whole, piece);
    std::vector<at::Tensor> inputs;
    for (const auto& input : piece.inputs) inputs.push_back(values.at(input));
    const auto outputs = piece.solution.model.forward(inputs);
    for (size_t i = 0; i < std::min(outputs.size(), piece.outputs.size()); ++i)
      values[piece.outputs[i]] = outputs[i];
    auto layers = int8_layers(piece.solution.plan);
    if (layers.empty()) continue;
    regions.push_back({std::move(piece.solution), std::move(inputs), std::move(layers), batch});
  }
  return regions;
}

/// Values of a stretch may have names that no code of TorchScript can have, so such a target writes no file of it.
std::unique_ptr<RuntimeModel> as_client_runs(const Region& region, const Target& target,
                                             const StagingFolder& staging) {
  if (target.lower) return torchscript_runtime(target.lower(region.solution, region.inputs));
  const auto path = staging.path(target.file);
  target.write(region.solution, {.original = region.solution.model, .manifest = "", .example = region.inputs},
               path);
  return target.open(path);
}

std::string reason_of(const ReportRegion& region) {
  return "slower in int8 here: " + fixed(region.int8_ms / region.float_ms, 2) + " of the time in float";
}

int64_t samples_in(const std::vector<at::Tensor>& inputs) {
  const auto input =
      std::find_if(inputs.begin(), inputs.end(), [](const auto& tensor) { return tensor.dim() > 0; });
  return input == inputs.end() ? 1 : input->size(0);
}

bool pays(const ReportRegion& region, double worth) { return region.float_ms >= worth * region.int8_ms; }

}  // namespace

std::vector<Region> float_bounded_regions(const Solution& solution, const std::vector<at::Tensor>& sample) {
  return regions_between(solution, sample, samples_in(sample), [&](const CutPlace& place) {
    return std::all_of(place.live.begin(), place.live.end(),
                       [&](const std::string& value) { return is_float_at_cut(solution.plan, value); });
  });
}

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
      const auto single = regions_between(regions[i].solution, regions[i].inputs, regions[i].batch,
                                          [](const CutPlace& place) { return place.live.size() == 1; });
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
  const auto again = [&](const Solution& solution, const KeptFloat& more) {
    return with_more_in_float(solution, more, start.plan, statistics,
                              {start.graph, options.recipe, start.backend});
  };
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
