#include "job/options/common_options.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sched.h>
#include <torch/cuda.h>

#include <algorithm>
#include <string>
#include <thread>

#include "base/error.h"

namespace qtool {
namespace {

[[noreturn]] void refuse_cuda(const std::string& what, const std::string& expected, const std::string& fix) {
  throw Error(ErrorKind::kUsage,
              {.what = what, .where = "--device", .got = "cuda", .expected = expected, .fix = fix});
}

/// at::hasCUDA() is false also where there is CUDA, but no GPU.
bool is_built_with_cuda() { return c10::impl::hasDeviceGuardImpl(at::kCUDA); }

[[noreturn]] void throw_no_gpu() {
  if (is_built_with_cuda())
    refuse_cuda("LibTorch finds no GPU", "a GPU with its driver, which CUDA_VISIBLE_DEVICES does not hide",
                "see whether nvidia-smi lists the GPU, or leave --device out");
  refuse_cuda("this LibTorch has no CUDA", "cpu, or a program that is built with a LibTorch for CUDA",
              "leave --device out, or build with: bash apps/setup.sh --libtorch DIR");
}

/// cuDNN otherwise takes kernels that sum up in another order in each run.
void make_repeatable() { at::globalContext().setDeterministicCuDNN(true); }

/// Processors that this process may run on: a container or taskset may leave it few of the machine's.
int64_t usable_processors() {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) return CPU_COUNT(&usable);
  return std::thread::hardware_concurrency();  // of a machine with more than the set holds
}

}  // namespace

int64_t thread_count(const CommonOptions& options) {
  return options.threads > 0 ? options.threads : std::max<int64_t>(1, usable_processors());
}

at::Device apply_with_device(const CommonOptions& options) {
  if (options.device == Device::kCuda) {
    if (torch::cuda::device_count() == 0) throw_no_gpu();
    make_repeatable();
  }
  at::set_num_threads(static_cast<int>(thread_count(options)));
  at::manual_seed(static_cast<uint64_t>(options.seed));
  return options.device == Device::kCuda ? at::kCUDA : at::kCPU;
}

void apply(const CommonOptions& options) {
  if (!apply_with_device(options).is_cpu())
    refuse_cuda("this job computes on the CPU only", "cpu", "leave --device out; ptq, qat and train take it");
}

}  // namespace qtool
