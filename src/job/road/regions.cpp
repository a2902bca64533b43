#include "job/road/regions.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>
#include <map>

#include "graph/parts.h"
#include "graph/view.h"
#include "improve/blocks.h"
#include "run/torchscript_runtime.h"

namespace qtool {
namespace {

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
    plan.sites.back().value = value;
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

int64_t samples_in(const std::vector<at::Tensor>& inputs) {
  const auto input =
      std::find_if(inputs.begin(), inputs.end(), [](const auto& tensor) { return tensor.dim() > 0; });
  return input == inputs.end() ? 1 : input->size(0);
}

}  // namespace

std::vector<Region> float_bounded_regions(const Solution& solution, const std::vector<at::Tensor>& sample) {
  return regions_between(solution, sample, samples_in(sample), [&](const CutPlace& place) {
    return std::all_of(place.live.begin(), place.live.end(),
                       [&](const std::string& value) { return is_float_at_cut(solution.plan, value); });
  });
}

std::vector<Region> layer_regions(const Solution& solution, const std::vector<at::Tensor>& sample) {
  return regions_between(solution, sample, samples_in(sample),
                         [](const CutPlace& place) { return place.live.size() == 1; });
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

}  // namespace qtool
