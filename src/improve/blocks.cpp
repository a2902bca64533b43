#include "improve/blocks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "graph/view.h"

namespace qtool {
namespace {

/// Layers after which one more tensor over the cut is put up with.
constexpr size_t kLayersPerTensor = 4;

bool is_layer(const QuantPlan& plan, const std::string& name) {
  const auto* op = plan.find(name);
  return op && op->weight_site && op->operator_class == OperatorClass::kLayer;
}

class PartNames {
 public:
  explicit PartNames(const ModelPart& part) {
    const auto graph = view(part.model);
    for (const auto& op : graph.operators) operators_.insert(op.name);
    for (const auto& use : graph.uses) made_.insert(use.first);
    given_.insert(part.inputs.begin(), part.inputs.end());
  }
  [[nodiscard]] bool has_operator(const std::string& name) const { return operators_.contains(name); }
  [[nodiscard]] bool makes(const std::string& value) const {
    return made_.contains(value) && !is_given(value);
  }
  [[nodiscard]] bool is_given(const std::string& value) const { return given_.contains(value); }

 private:
  std::set<std::string> operators_, made_, given_;
};

/// Whether an operator of the part goes back onto the site's grid, which its input has from elsewhere.
bool is_grid_of_input(const QuantPlan& plan, size_t site, const PartNames& part) {
  return part.is_given(plan.sites[site].value) &&
         std::any_of(plan.operators.begin(), plan.operators.end(), [&](const PlannedOperator& op) {
           return op.is_static() && op.output_site == site && part.has_operator(op.name);
         });
}

bool has_site(const QuantPlan& plan, size_t index, const PartNames& part) {
  const auto& site = plan.sites[index];
  switch (site.role) {
    case SiteRole::kWeight:
      return part.has_operator(site.op);
    case SiteRole::kInput:
      return part.makes(site.value) || part.is_given(site.value);
    case SiteRole::kOutput:
      return part.makes(site.value) || is_grid_of_input(plan, index, part);
  }
  return false;
}

}  // namespace

bool splits_kernel(const QuantPlan& plan, const CutPlace& place) {
  return std::any_of(plan.operators.begin(), plan.operators.end(), [&](const PlannedOperator& op) {
    return !op.fused_into.empty() && std::any_of(op.inputs.begin(), op.inputs.end(), [&](const auto& input) {
      return std::find(place.live.begin(), place.live.end(), input) != place.live.end();
    });
  });
}

std::vector<std::string> block_ends(const QuantPlan& plan, const std::vector<CutPlace>& places) {
  std::vector<std::string> ends;
  size_t layers = 0;  // since the last cut
  auto left = std::count_if(plan.operators.begin(), plan.operators.end(),
                            [&](const PlannedOperator& op) { return is_layer(plan, op.name); });
  for (const auto& place : places) {
    if (is_layer(plan, place.after)) ++layers, --left;
    if (layers == 0 || left == 0 || place.of_layers > std::max<size_t>(1, layers / kLayersPerTensor))
      continue;
    if (splits_kernel(plan, place)) continue;
    ends.push_back(place.after);
    layers = 0;
  }
  return ends;
}

PartialSolution part_of(const Solution& whole, ModelPart part) {
  const PartNames names(part);
  QuantPlan plan;
  std::vector<QParams> qparams;
  std::vector<size_t> sites;
  std::map<size_t, size_t> place_of;
  for (size_t i = 0; i < whole.plan.sites.size(); ++i) {
    if (!has_site(whole.plan, i, names)) continue;
    place_of[i] = sites.size();
    sites.push_back(i);
    plan.sites.push_back(whole.plan.sites[i]);
    qparams.push_back(whole.qparams[i]);
  }
  const auto translate = [&](std::optional<size_t>& site) {
    const auto found = site ? place_of.find(*site) : place_of.end();
    site = found == place_of.end() ? std::nullopt : std::optional(found->second);
  };
  for (auto op : whole.plan.operators) {
    if (!names.has_operator(op.name)) continue;
    translate(op.weight_site);
    translate(op.output_site);
    for (auto& [index, site] : op.listed_weight_sites) site = place_of.at(site);
    plan.operators.push_back(std::move(op));
  }
  for (const auto& [value, site] : whole.plan.grid_of)
    if (const auto found = place_of.find(site); found != place_of.end()) plan.grid_of[value] = found->second;
  return {{std::move(part.model), std::move(plan), std::move(qparams)},
          std::move(sites),
          std::move(part.inputs),
          std::move(part.outputs)};
}

}  // namespace qtool
