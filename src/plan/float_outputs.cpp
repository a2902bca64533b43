#include "plan/float_outputs.h"

#include <optional>

namespace qtool {
namespace {

/// Makes what lies on the grid behind the layer that made it float.
void leave_in_float(QuantPlan& plan, size_t site) {
  for (auto& op : plan.operators) {
    if (op.output_site != site) continue;
    const bool is_part = op.weight_site || !op.fused_into.empty();
    if (!is_part) {
      op.precision = Precision::kFloat;
      op.reason = "only float operators read it";
    }
    op.output_site.reset();
  }
}

void renumber(QuantPlan& plan, const std::vector<std::optional<size_t>>& numbers) {
  const auto change = [&](std::optional<size_t>& site) {
    if (site) site = numbers[*site];
  };
  for (auto& op : plan.operators) {
    change(op.weight_site);
    change(op.output_site);
    for (auto& [index, site] : op.listed_weight_sites) site = *numbers[site];
  }
  std::erase_if(plan.grid_of, [&](const auto& entry) { return !numbers[entry.second]; });
  for (auto& [value, site] : plan.grid_of) site = *numbers[site];
}

/// Grids of activations that no kernel reads. A kernel that does a sum, too, gives int8 in any case.
std::set<size_t> unread_grids(const QuantPlan& plan) {
  auto kept = grids_that_kernels_read(plan);
  for (const auto& op : plan.operators)
    if (!op.fused_sum.empty()) kept.insert(op.output_grid());
  std::set<size_t> unread;
  for (size_t i = 0; i < plan.sites.size(); ++i)
    if (plan.sites[i].role != SiteRole::kWeight && !kept.contains(i)) unread.insert(i);
  return unread;
}

}  // namespace

std::set<size_t> grids_that_kernels_read(const QuantPlan& plan) {
  std::set<size_t> read;
  for (const auto& op : plan.operators) {
    if (!op.is_static()) continue;
    for (const auto& input : op.inputs) {
      const auto grid = plan.grid_of.find(input);
      if (grid != plan.grid_of.end() && grid->second != op.output_site) read.insert(grid->second);
    }
  }
  return read;
}

void drop_grids_of_float_readers(QuantPlan& plan) {
  std::set<size_t> dropped;
  for (auto unread = unread_grids(plan); unread.size() > dropped.size(); unread = unread_grids(plan)) {
    for (const auto site : unread)
      if (dropped.insert(site).second) leave_in_float(plan, site);
  }
  std::vector<std::optional<size_t>> numbers;
  std::vector<Site> sites;
  for (size_t i = 0; i < plan.sites.size(); ++i) {
    numbers.push_back(dropped.contains(i) ? std::nullopt : std::optional(sites.size()));
    if (numbers.back()) sites.push_back(plan.sites[i]);
  }
  renumber(plan, numbers);
  plan.sites = std::move(sites);
}

}  // namespace qtool
