#include "workplace.h"

#include "export/torchscript/engine.h"
#include "graph/builder.h"
#include "graph/read/read_model.h"

namespace qtool {
namespace {

std::string shape_text(const at::Tensor& tensor) {
  std::string text = "(";
  for (const int64_t size : tensor.sizes()) text += std::to_string(size) + ", ";
  return text + ")";
}

}  // namespace

void put_samples(const std::string& path, const at::Tensor& samples, bool labelled) {
  const auto* values = samples.data_ptr<float>();
  std::vector<std::pair<std::string, std::string>> members = {
      {"x.npy", npy("<f4", shape_text(samples), raw(std::vector<float>(values, values + samples.numel())))}};
  if (labelled) {
    std::vector<int64_t> labels;
    for (int64_t i = 0; i < samples.size(0); ++i) labels.push_back(i % 5);
    members.emplace_back("labels.npy", npy("<i8", "(" + std::to_string(labels.size()) + ",)", raw(labels)));
  }
  put_zip(path, members, Packing::kStored);
}

Workplace::Workplace() {
  build(small_classifier()).save(model);
  put_samples(folder / "data.npz", noise({64, 3, 7, 7}, 5), /*labelled=*/true);
}

PtqOptions Workplace::options(const std::string& output) const {
  PtqOptions options;
  options.model = model;
  options.data = data;
  options.output = folder / output;
  options.calibrate = {.samples = 64, .batch_size = 16};
  return options;
}

std::string without_manifest(const std::string& path) {
  auto model = read_model(path);
  model.set_extra_files({});
  model.save(path + ".plain");
  return get(path + ".plain");
}

QuantizeResult run(const PtqOptions& options, int64_t threads) {
  CommonOptions common;
  common.threads = threads;
  Progress progress;
  return run_ptq(options, {common, "resolved: true\n", progress});
}

int64_t bits_of_activations() { return backend_of(choose_engine(Engine::kAuto)).activation_bits; }

Model answering(const std::string& expression) {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n  return " + expression);
  return net.build();
}

}  // namespace qtool
