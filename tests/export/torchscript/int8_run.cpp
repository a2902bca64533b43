#include "int8_run.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/min.h>
#include <unistd.h>

#include <filesystem>

#include "export/onednn/onednn_ops.h"
#include "export/torchscript/quantized_ops.h"
#include "graph/read/read_model.h"
#include "graph/view.h"
#include "simulate/simulate.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

namespace qtool {

bool is_taken(const Int8Run& run, const std::string& kind, const Backend& backend) {
  for (const auto& op : view(run.prepared.model).operators) {
    const auto* planned = run.prepared.plan.find(op.name);
    const auto objection = backend.objection(op);
    INFO(op.name << ": " << planned->reason);
    if (!objection.empty()) {
      CHECK(op.kind == kind);
      CHECK(planned->reason == objection);
      return false;
    }
    CHECK(planned->is_static());
  }
  return true;
}

Model written_and_read(const Model& model) {
  const auto path = std::filesystem::temp_directory_path() / ("lower." + std::to_string(getpid()) + ".pt");
  model.save(path);
  auto read = read_model(path);
  std::filesystem::remove(path);
  return read;
}

Int8Run quantize_for(Engine engine, const Model& model, const at::Tensor& input, const Recipe& recipe) {
  const at::NoGradGuard no_grad;
  const EngineScope scope(engine);
  auto prepared = prepare(model, input, recipe, backend_of(engine));
  auto simulated = simulate(prepared);
  auto int8 = written_and_read(lower_to_quantized_ops(prepared));
  return {engine, std::move(prepared), std::move(simulated), std::move(int8)};
}

Int8Run quantize_for_onednn(const Model& model, const at::Tensor& input, const Backend& backend) {
  const at::NoGradGuard no_grad;
  auto prepared = prepare(model, input, {}, backend);
  auto simulated = simulate(prepared);
  auto int8 = written_and_read(lower_to_onednn(prepared, {input}));
  return {choose_engine(Engine::kAuto), std::move(prepared), std::move(simulated), std::move(int8)};
}

Steps compare(Int8Run& run, const at::Tensor& input) {
  const at::NoGradGuard no_grad;
  const EngineScope scope(run.engine);
  const auto simulated = run.simulated.forward({input})[0];
  const auto output = view(run.prepared.model).outputs.at(0);
  const auto site = run.prepared.plan.grid_of.find(output);
  const double step = site == run.prepared.plan.grid_of.end()
                          ? (simulated.max() - simulated.min()).item<double>() / 255
                          : run.prepared.qparams[site->second].scale();
  const auto steps = (run.int8.forward_as_client({input})[0] - simulated).abs() / step;
  return {steps.max().item<double>(), (steps > 0.5).to(at::kDouble).mean().item<double>()};
}

}  // namespace qtool
