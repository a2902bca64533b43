/// The GPU itself: what a real one refuses, the simulated one refuses, too.
#include "gpu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/cuda.h>

#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

at::Tensor on_gpu(const at::Tensor& tensor) { return tensor.to(at::kCUDA); }

}  // namespace

TEST_CASE("there is one GPU, and tensors go there and back") {
  CHECK(torch::cuda::device_count() == 1);
  const auto x = noise({2, 3}, 1);
  const auto y = on_gpu(x);
  CHECK(y.device() == at::Device(at::kCUDA, 0));
  CHECK(y.to(at::kCUDA).is_same(y));
  CHECK(y.cpu().equal(x));
  CHECK(y.t().cpu().equal(x.t()));
  CHECK(y[1].sum().item<float>() == Approx(x[1].sum().item<float>()));
}

TEST_CASE("what is written in place or through a view is there") {
  auto x = at::zeros({4}, at::kCUDA);
  x.slice(0, 1, 3).add_(1);
  x[0] = 5;
  CHECK(x.cpu().equal(at::tensor({5.0F, 1.0F, 1.0F, 0.0F})));
  x.resize_({6}).zero_();
  CHECK(x.numel() == 6);
  CHECK(x.sum().item<float>() == 0);
}

TEST_CASE("tensors of both devices do not mix, but for numbers and indices") {
  const auto cpu = noise({3}, 1), gpu = on_gpu(cpu);
  auto written = cpu.clone();
  const auto mixed = contains("the same");  // device, or type
  CHECK_THROWS_WITH(cpu + gpu, mixed);
  CHECK_THROWS_WITH(gpu + cpu, mixed);
  CHECK_THROWS_WITH(written.add_(gpu), mixed);
  CHECK_THROWS_WITH(at::cat({gpu, cpu}), mixed);
  CHECK_THROWS_WITH(at::conv2d(on_gpu(noise({1, 1, 3, 3}, 2)), noise({1, 1, 3, 3}, 3)), mixed);
  CHECK((gpu + at::scalar_tensor(1.0F)).cpu().equal(cpu + 1));
  const auto places = at::tensor({2, 0}, at::kLong);
  CHECK(gpu.index({places}).cpu().equal(cpu.index({places})));
}

TEST_CASE("gradients are computed there") {
  const auto x = noise({2, 3, 5, 5}, 1);
  const auto gradient = [&](at::Device device) {
    auto w = noise({4, 3, 3, 3}, 2).to(device).requires_grad_(true);
    at::conv2d(x.to(device), w).relu().square().sum().backward();
    CHECK(w.grad().device().type() == device.type());
    return w.grad().cpu();
  };
  CHECK(gradient(at::kCUDA).allclose(gradient(at::kCPU), 1e-4, 1e-4));
}

TEST_CASE("its memory may end") {
  const auto x = on_gpu(noise({3}, 1));
  const GpuMemoryEnds full(1);
  const auto y = x + 1;
  CHECK_THROWS_WITH(y + 1, contains("out of memory"));
}
