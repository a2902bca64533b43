// calibration_pass MODEL DATA THREADS: a pass over 8 batches of 128 as it is and with all of qtool's
// statistics, in turn. Prints the two medians in ms a batch. As tests/bench/calibration_pass.py does it for
// FX.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <vector>

#include "calibrate/calibrate.h"
#include "data/loader.h"
#include "graph/passes/canonicalise.h"
#include "graph/read/read_model.h"
#include "graph/view.h"
#include "plan/plan.h"

namespace {

constexpr size_t kBatches = 8;
constexpr int kRounds = 9;
constexpr int kWarmUpRounds = 1;

double ms_per_batch(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() /
         kBatches;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
  return values[values.size() / 2];
}

std::vector<std::vector<at::Tensor>> read_batches(const std::string& spec) {
  qtool::Loader loader(qtool::parse_data_spec(spec), {}, {.count = int64_t(kBatches) * 128});
  std::vector<std::vector<at::Tensor>> batches;
  while (auto batch = loader.next()) batches.push_back(batch->inputs);
  return batches;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: calibration_pass MODEL DATA THREADS\n";
    return 2;
  }
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // as apps/qtool
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  at::set_num_threads(std::stoi(argv[3]));
  const at::NoGradGuard no_grad;
  qtool::Model model = qtool::canonicalise(qtool::read_model(argv[1]));
  const qtool::QuantPlan plan = qtool::make_plan(qtool::view(model), qtool::Recipe{}, {.name = "onednn"});
  const auto batches = read_batches(argv[2]);
  std::vector<double> plain, observed;
  for (int round = 0; round < kRounds; ++round) {
    const double plain_ms = ms_per_batch([&] {
      for (const auto& batch : batches) model.forward(batch);
    });
    const double observed_ms = ms_per_batch([&] {
      size_t next = 0;
      (void)qtool::calibrate(
          model, plan, [&] { return next < batches.size() ? batches[next++] : std::vector<at::Tensor>{}; });
    });
    if (round < kWarmUpRounds) continue;
    plain.push_back(plain_ms);
    observed.push_back(observed_ms);
  }
  std::cout << median(plain) << " " << median(observed) << "\n";
}
