#include "explain/layer_report.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/sum.h>

#include <algorithm>
#include <cmath>

#include "explain/report_histogram.h"
#include "graph/probe.h"
#include "grid/affine.h"

namespace qtool {
namespace {

double squared_sum(const at::Tensor& x) { return x.to(at::kDouble).square().sum().item<double>(); }

double sqnr_of(const at::Tensor& x, const QParams& qparams) {
  const double noise = squared_sum(fake_quantize(x, qparams) - x);
  return 10 * std::log10(squared_sum(x) / noise);
}

/// The range that the grid covers; per channel the widest.
ValueRange range_of(const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  if (qparams.scales().numel() == 1) return {qparams.low(), qparams.high()};
  const double scale = qparams.scales().max().item<double>();
  return {static_cast<double>(scheme.qmin()) * scale, static_cast<double>(scheme.qmax()) * scale};
}

void show_values(ReportLayer& row, const SiteFacts& facts, size_t i) {
  if (facts.weights[i].defined()) {
    const auto weight = facts.weights[i].detach();
    row.histogram = report_histogram(histogram_of(weight));
    row.clipped = clipped_share(weight, facts.solution.qparams[i]);
    return;
  }
  const auto* seen = find_statistics(facts.statistics, facts.solution.plan.sites[i].seen_as);
  if (seen == nullptr || seen->histogram.empty()) return;
  row.histogram = report_histogram(seen->histogram);
  const auto range = range_of(facts.solution.qparams[i]);
  const double half_step = facts.solution.qparams[i].scale() / 2;
  row.clipped = clipped_share(seen->histogram, {range.low - half_step, range.high + half_step});
}

ReportLayer row_of(const SiteFacts& facts, size_t i, const PlannedOperator& op) {
  const auto& site = facts.solution.plan.sites[i];
  const auto& qparams = facts.solution.qparams[i];
  ReportLayer row{.site = site.name,
                  .layer = op.name,
                  .op = op.kind,
                  .scheme = site.scheme.to_string(),
                  .reason = op.remark()};
  if (!qparams.is_known()) return row;
  row.scale_min = qparams.scales().min().item<double>();
  row.scale_max = qparams.scales().max().item<double>();
  if (qparams.scales().numel() == 1) row.zero_point = qparams.zero_point();
  const auto range = range_of(qparams);
  row.low = range.low;
  row.high = range.high;
  if (std::isfinite(facts.sqnr_db[i])) row.sqnr_db = facts.sqnr_db[i];
  if (!facts.damage.empty()) row.damage = facts.damage[i];
  show_values(row, facts, i);
  return row;
}

}  // namespace

std::vector<double> site_sqnr(const Solution& solution, const std::vector<at::Tensor>& weights,
                              const std::vector<at::Tensor>& sample) {
  const at::NoGradGuard no_grad;
  const auto& plan = solution.plan;
  const auto& qparams = solution.qparams;
  std::vector<double> result(plan.sites.size(), std::nan(""));
  std::vector<std::string> values;
  std::vector<size_t> probed;
  for (size_t i = 0; i < plan.sites.size(); ++i) {
    if (plan.sites[i].role == SiteRole::kWeight) {
      result[i] = sqnr_of(weights[i].detach(), qparams[i]);
    } else if (qparams[i].is_known()) {
      values.push_back(plan.sites[i].value);
      probed.push_back(i);
    }
  }
  if (sample.empty()) return result;
  (void)Probe(solution.model, values).run(sample, [&](size_t index, const at::Tensor& value) {
    result[probed[index]] = sqnr_of(value, qparams[probed[index]]);
  });
  return result;
}

std::vector<ReportLayer> layer_report(const SiteFacts& facts) {
  const at::NoGradGuard no_grad;
  std::vector<ReportLayer> rows;
  for (const auto& op : facts.solution.plan.operators) {
    if (op.precision == Precision::kFloat) {
      rows.push_back({.site = op.name, .layer = op.name, .op = op.kind, .reason = op.reason});
      continue;
    }
    for (size_t i = 0; i < facts.solution.plan.sites.size(); ++i)
      if (facts.solution.plan.sites[i].op == op.name) rows.push_back(row_of(facts, i, op));
  }
  return rows;
}

}  // namespace qtool
