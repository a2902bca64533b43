#include "job/damage.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/sum.h>

#include <cmath>
#include <map>

#include "core/affine.h"
#include "graph/probe.h"
#include "job/quantization.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

double squared_sum(const at::Tensor& x) { return x.to(at::kDouble).square().sum().item<double>(); }

double sqnr_db(const at::Tensor& x, const QParams& qparams) {
  const double noise = squared_sum(fake_quantize(x, qparams) - x);
  return 10 * std::log10(squared_sum(x) / noise);
}

/// NaN where there is nothing to measure on.
std::vector<double> site_sqnr(const Model& canonical, const QuantPlan& plan,
                              const std::vector<QParams>& qparams, const std::vector<at::Tensor>& sample) {
  const auto& sites = plan.sites;
  std::vector<double> result(sites.size(), std::nan(""));
  const auto weights = site_weights(canonical, plan);
  std::vector<std::string> values;
  std::vector<size_t> probed;
  for (size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].role == SiteRole::kWeight) {
      result[i] = sqnr_db(weights[i].detach(), qparams[i]);
    } else {
      values.push_back(sites[i].value);
      probed.push_back(i);
    }
  }
  if (sample.empty()) return result;
  (void)Probe(canonical, values).run(sample, [&](size_t index, const at::Tensor& value) {
    result[probed[index]] = sqnr_db(value, qparams[probed[index]]);
  });
  return result;
}

double output_error(const std::vector<at::Tensor>& reference, const std::vector<at::Tensor>& outputs) {
  double error = 0;
  for (size_t i = 0; i < reference.size(); ++i)
    if (reference[i].is_floating_point()) error += squared_sum(outputs[i] - reference[i]);
  return error;
}

std::vector<double> site_damage(const Model& canonical, const QuantPlan& plan,
                                const std::vector<QParams>& qparams, const std::vector<at::Tensor>& sample) {
  const auto reference =
      simulate_some(canonical, plan, qparams, std::vector<bool>(plan.sites.size(), false)).forward(sample);
  std::vector<double> errors(plan.sites.size(), 0);
  double total = 0;
  for (size_t i = 0; i < plan.sites.size(); ++i) {
    std::vector<bool> enabled(plan.sites.size(), false);
    enabled[i] = true;
    auto model = simulate_some(canonical, plan, qparams, enabled);
    errors[i] = output_error(reference, model.forward(sample));
    total += errors[i];
  }
  for (auto& error : errors) error = total > 0 ? error / total : 0;
  return errors;
}

ReportLayer row_of(const Site& site, const std::string& kind, const QParams& qparams) {
  ReportLayer row{.site = site.name, .op = kind, .scheme = site.scheme.to_string()};
  row.scale_min = qparams.scales().min().item<double>();
  row.scale_max = qparams.scales().max().item<double>();
  if (qparams.scales().numel() > 1) return row;
  row.zero_point = qparams.zero_point();
  row.low = qparams.low();
  row.high = qparams.high();
  return row;
}

}  // namespace

std::vector<ReportLayer> layer_report(const Model& canonical, const QuantPlan& plan,
                                      const std::vector<QParams>& qparams,
                                      const std::vector<at::Tensor>& sample) {
  const at::NoGradGuard no_grad;
  const auto sqnr = site_sqnr(canonical, plan, qparams, sample);
  const auto damage = sample.empty() ? std::vector<double>() : site_damage(canonical, plan, qparams, sample);
  std::vector<ReportLayer> rows;
  for (const auto& op : plan.operators) {
    if (!op.is_int8) {
      rows.push_back({.site = op.name, .op = op.kind, .reason = op.reason});
      continue;
    }
    for (size_t i = 0; i < plan.sites.size(); ++i) {
      if (plan.sites[i].name.substr(0, plan.sites[i].name.rfind(':')) != op.name) continue;
      auto row = row_of(plan.sites[i], op.kind, qparams[i]);
      row.reason = op.reason;
      if (std::isfinite(sqnr[i])) row.sqnr_db = sqnr[i];
      if (!damage.empty()) row.damage = damage[i];
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace qtool
