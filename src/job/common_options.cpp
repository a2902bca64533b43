#include "job/common_options.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>

#include <thread>

#include "core/error.h"

namespace qtool {

int64_t thread_count(const CommonOptions& options) {
  return options.threads > 0 ? options.threads : std::max<int64_t>(1, std::thread::hardware_concurrency());
}

at::Device apply_with_device(const CommonOptions& options) {
  if (options.device == Device::kCuda && torch::cuda::device_count() == 0)
    throw Error(ErrorKind::kUsage,
                {.what = at::hasCUDA() ? "LibTorch finds no GPU" : "this LibTorch has no CUDA",
                 .where = "--device",
                 .got = "cuda",
                 .expected = at::hasCUDA() ? "a GPU with its driver, which CUDA_VISIBLE_DEVICES does not hide"
                                           : "cpu, or a program that is built with a LibTorch for CUDA",
                 .fix = "leave --device out, or build with: bash apps/setup.sh --libtorch DIR"});
  at::set_num_threads(static_cast<int>(thread_count(options)));
  at::manual_seed(static_cast<uint64_t>(options.seed));
  return options.device == Device::kCuda ? at::kCUDA : at::kCPU;
}

void apply(const CommonOptions& options) {
  if (!apply_with_device(options).is_cpu())
    throw Error(ErrorKind::kUsage, {.what = "this job computes on the CPU only",
                                    .where = "--device",
                                    .got = "cuda",
                                    .expected = "cpu",
                                    .fix = "leave --device out; ptq, qat and train take it"});
}

}  // namespace qtool
