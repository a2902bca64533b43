#include "job/common_options.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <thread>

#include "core/error.h"

namespace qtool {

int64_t thread_count(const CommonOptions& options) {
  return options.threads > 0 ? options.threads : std::max<int64_t>(1, std::thread::hardware_concurrency());
}

void apply(const CommonOptions& options) {
  if (options.device == Device::kCuda)
    throw Error(ErrorKind::kUsage,
                {.what = at::hasCUDA() ? "this job computes on the CPU only" : "this LibTorch has no CUDA",
                 .where = "--device",
                 .got = "cuda",
                 .expected = "cpu",
                 .fix = "leave --device out"});
  at::set_num_threads(static_cast<int>(thread_count(options)));
  at::manual_seed(static_cast<uint64_t>(options.seed));
}

}  // namespace qtool
