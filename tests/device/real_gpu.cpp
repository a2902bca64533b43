#include "gpu.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/record_function.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>
#include <torch/cuda.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <vector>

#include "skip.h"

namespace qtool {
namespace {

constexpr int64_t kSmallest = 512;  // bytes that LibTorch's allocator gives out at least

std::atomic<int64_t> operators_run{0};

std::unique_ptr<at::ObserverContext> count(const at::RecordFunction& function) {
  const auto inputs = function.inputs();
  const bool is_on_gpu = std::any_of(inputs.begin(), inputs.end(), [](const c10::IValue& value) {
    return value.isTensor() && value.toTensor().defined() && value.toTensor().is_cuda();
  });
  operators_run += is_on_gpu;
  return nullptr;
}

at::Tensor take(int64_t bytes) { return at::empty({bytes}, at::device(at::kCUDA).dtype(at::kByte)); }

bool try_to_take(int64_t bytes, std::vector<at::Tensor>& taken) {
  try {
    taken.push_back(take(bytes));
    return true;
  } catch (const c10::Error&) {
    return false;
  }
}

std::vector<at::Tensor>& taken() {
  static std::vector<at::Tensor> tensors;
  return tensors;
}

/// Before main(), as none of the tests means anything without a GPU. Convolutions do not round to TF32 in tests.
const bool is_ready = [] {
  setenv("NVIDIA_TF32_OVERRIDE", "0", /*overwrite=*/1);
  if (torch::cuda::device_count() == 0) {
    skip("LibTorch has CUDA, but finds no GPU");
  }
  at::addGlobalCallback(at::RecordFunctionCallback(count).needsInputs(true));
  return true;
}();

}  // namespace

bool gpu_rounds_as_cpu() { return false; }

int64_t operators_on_gpu() { return operators_run; }

GpuMemoryEnds::GpuMemoryEnds(int64_t tensors) {
  std::vector<at::Tensor> left;
  for (int64_t i = 0; i < tensors; ++i) left.push_back(take(kSmallest));
  for (int64_t bytes = int64_t{1} << 36; bytes >= kSmallest; bytes /= 2)
    while (try_to_take(bytes, taken())) {
    }
}

GpuMemoryEnds::~GpuMemoryEnds() {
  taken().clear();
  c10::getDeviceAllocator(at::kCUDA)
      ->emptyCache();  // what loads kernels and libraries takes it from the driver
}

}  // namespace qtool
