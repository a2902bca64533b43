#include "small_net.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>

#include <algorithm>

#include "calibrate/calibrate.h"
#include "calibrate/solve.h"
#include "graph/builder.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"
#include "plan/site_weights.h"

namespace qtool {
namespace {

std::string with_self(std::string text, const std::string& name) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + name.size() + 5))
    text.insert(at, "self.");
  return text;
}

}  // namespace

at::Tensor noise(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed));
}

SmallNet small_classifier() {
  return {"h = torch.gelu(torch.relu(torch.conv2d(x, w1, b1))); return torch.linear(torch.flatten(h, 1), w2)",
          {{"w1", {8, 3, 3, 3}}, {"b1", {8}}, {"w2", {5, 8 * 25}}}};
}

Model build(const SmallNet& net) {
  ModuleBuilder module("Net");
  std::string body = net.body;
  uint64_t seed = 1;
  for (const auto& [name, shape] : net.parameters) {
    const auto values = noise(shape, seed++) * 0.3;
    module.parameter(name, name.starts_with("var") ? values.abs() + 0.5 : values);
    body = with_self(body, name);
  }
  std::string source = "def forward(self, x):\n";
  for (size_t start = 0; start < body.size();) {
    const size_t end = std::min(body.find("; ", start), body.size());
    source += "  " + body.substr(start, end - start) + "\n";
    start = end + 2;
  }
  auto model = module.define(source).build();
  model.set_training(false);
  return model;
}

Solution prepare(const Model& model, const at::Tensor& input, const Recipe& recipe, const Backend& backend) {
  auto canonical = canonicalise(model);
  auto plan = make_plan(view(canonical), recipe, backend);
  const auto statistics = calibrate(canonical, plan, {input});
  auto qparams = solve(plan, statistics, site_weights(canonical, plan));
  return {std::move(canonical), std::move(plan), std::move(qparams)};
}

QuantPlan with_precision(const QuantPlan& plan, Precision precision) {
  QuantPlan changed;
  for (auto op : plan.operators) {
    op.output_site.reset();
    op.fused_activation.clear();
    op.fused_into.clear();
    op.output = op.name;
    op.precision = op.weight_site ? precision : Precision::kFloat;
    if (op.weight_site) {
      const auto& weight = plan.sites[*op.weight_site];
      op.weight_site = changed.sites.size();
      changed.sites.push_back(weight);
    }
    if (op.weight_site && precision == Precision::kDynamic) {
      changed.sites.push_back({op.name + ":input", op.name, SiteRole::kInput, op.inputs[0],
                               QuantScheme::activation(8, Symmetry::kAffine)});
      changed.sites.back().source = GridSource::kRunTime;
    }
    changed.operators.push_back(op);
  }
  return changed;
}

Solution with_precision(const Solution& solution, Precision precision) {
  const auto graph = view(solution.model);
  auto plan = with_precision(solution.plan, precision);
  auto qparams = solve(plan, {}, site_weights(graph, plan));
  return {solution.model.shared(), std::move(plan), std::move(qparams)};
}

}  // namespace qtool
