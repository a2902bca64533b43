/// ptq, qat and train with --device cuda, as commands run them.
#include <ATen/TensorOperators.h>

#include <nlohmann/json.hpp>

#include "gpu.h"
#include "graph/read/read_model.h"
#include "job/qat.h"
#include "job/train.h"
#include "job/workplace.h"
#include "same_statistics.h"
#include "skip.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

CommonOptions common_on(Device device) {
  CommonOptions common;
  common.threads = 2;
  common.device = device;
  return common;
}

/// The ResNet-8 of the quick start, on the first images of Fashion-MNIST.
void set_resnet8(QuantizeOptions& options, const std::string& output) {
  options.model = QTOOL_CONFIGS "/fashion_mnist/resnet8.pt";
  options.data = "idx:" + fashion_mnist_or_skip() + ",mean=0.2860,std=0.3530";
  options.output = output;
  options.report = false;      // it would quantize each layer alone
  options.verify_samples = 0;  // on the CPU, and with it the time that each model takes
  options.calibrate.samples = 256;
}

QuantizeResult run_on(Device device, const PtqOptions& options) {
  Progress progress;
  return run_ptq(options, {common_on(device), "resolved: true\n", progress});
}

QuantizeResult run_on(Device device, const QatOptions& options) {
  Progress progress;
  return run_qat(options, {common_on(device), "resolved: true\n", progress});
}

}  // namespace

TEST_CASE("ptq of a trained ResNet-8 gives the same files with --device cuda", "[.fashion-mnist]") {
  const TemporaryFolder folder;
  const auto run = [&](Device device) {
    PtqOptions options;
    set_resnet8(options, folder / std::string(to_string(device)));
    (void)run_on(device, options);
  };
  run(Device::kCpu);
  const auto before = operators_on_gpu();
  run(Device::kCuda);
  CHECK(operators_on_gpu() > before);
  check_same_statistics(folder / "cuda/calibration.json", folder / "cpu/calibration.json");
  if (!gpu_rounds_as_cpu()) return;
  for (const std::string name : {"/model.int8.pt", "/model.fakequant.pt"}) {
    INFO(name);
    CHECK((get(folder / "cuda" + name) == get(folder / "cpu" + name)));
  }
}

TEST_CASE("qat of a trained ResNet-8 gains with --device cuda what it gains on the CPU", "[.fashion-mnist]") {
  const TemporaryFolder folder;
  const auto run = [&](Device device) {
    QatOptions options;
    set_resnet8(options, folder / std::string(to_string(device)));
    options.data += ",limit=512";
    options.train.epochs = 2;
    options.train.batch_size = 64;
    return run_on(device, options).report;
  };
  const auto ours = run(Device::kCuda).curve, expected = run(Device::kCpu).curve;
  for (size_t epoch = 0; epoch < 2; ++epoch) {
    INFO("epoch " << epoch);
    CHECK(ours[epoch].loss == Approx(expected[epoch].loss).epsilon(0.1));
    CHECK(ours[epoch].validation_score == Approx(expected[epoch].validation_score).margin(10));
  }
  CHECK(ours[1].loss < ours[0].loss);
}

TEST_CASE("train with --device cuda trains a network of the zoo") {
  const Workplace at;
  TrainJobOptions options;
  options.model = "zoo:lenet";
  options.data = at.data;
  put_samples(at.folder / "data.npz", noise({64, 1, 8, 8}, 5), /*labelled=*/true);
  options.train.epochs = 6;
  options.train.batch_size = 16;
  options.output = at.folder / "out";
  Progress progress;
  const auto result = run_train(options, {common_on(Device::kCuda), "resolved: true\n", progress});
  CHECK(result.train.history.back().loss < result.train.history.front().loss);
  for (const auto& parameter : read_model(at.folder / "out/model.pt").parameters())
    CHECK(parameter.tensor.is_cpu());
}
