#include "simulate/fake_quant_state.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/full.h>
#include <torch/csrc/jit/api/module.h>

#include <cctype>

#include "graph/ir/attributes.h"

namespace qtool {
namespace {

at::Tensor tensor_at(const Model& model, const std::string& path) {
  const auto value = find_attribute(model.module(), path);
  QTOOL_ASSERT(value && value->isTensor());
  return value->toTensor();
}

at::Tensor flag(bool on) { return at::full({1}, on ? 1 : 0, at::kLong); }

}  // namespace

std::string fake_quant_path(const Site& site) {
  std::string path = site.name + "_fake_quant";
  for (char& c : path) {
    if (c == '/') c = '.';
    if (c != '.' && !std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return path;
}

FakeQuantState make_state(const QParams& qparams) {
  const auto& scheme = qparams.scheme();
  if (!qparams.is_known()) return make_state(QParams(scheme, 1, scheme.qmin()));
  const auto end = [&](int64_t q) {
    return ((qparams.zero_points() * -1 + q).to(at::kDouble) * qparams.scales()).to(at::kFloat);
  };
  return {.low = end(scheme.qmin()),
          .high = end(scheme.qmax()),
          .scale = qparams.scales().to(at::kFloat),
          .zero_point = qparams.zero_points().to(at::kInt),
          .observe = flag(false),
          .enabled = flag(true)};
}

void add_state(torch::jit::Module& root, const Site& site, const FakeQuantState& state, bool learned) {
  const auto path = fake_quant_path(site);
  const auto add = [&](const char* name, const at::Tensor& tensor, bool is_parameter) {
    set_attribute(root, path + "." + name, tensor, c10::TensorType::get(), is_parameter);
  };
  add("low", state.low, false);
  add("high", state.high, false);
  add("scale", learned ? state.scale.set_requires_grad(true) : state.scale, learned);
  add("zero_point", state.zero_point, false);
  add("observe", state.observe, false);
  add("enabled", state.enabled, false);
  set_attribute(root, path + ".site", site.name, c10::StringType::get(), /*is_parameter=*/false);
}

FakeQuantState state_of(const Model& model, const Site& site) {
  const auto path = fake_quant_path(site) + ".";
  const auto get = [&](const char* name) { return tensor_at(model, path + name); };
  return {.low = get("low"),
          .high = get("high"),
          .scale = get("scale"),
          .zero_point = get("zero_point"),
          .observe = get("observe"),
          .enabled = get("enabled")};
}

std::vector<QParams> read_qparams(const Model& model, const QuantPlan& plan) {
  std::vector<QParams> qparams;
  for (const auto& site : plan.sites) {
    const auto state = state_of(model, site);
    // A learned step may have been pushed below what the kernels take.
    qparams.emplace_back(site.scheme, state.scale.detach().clamp_min(kSmallestScale), state.zero_point);
  }
  return qparams;
}

}  // namespace qtool
