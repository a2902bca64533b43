#pragma once
#include "report/sample_report.h"
#include "report/tune/tune_report.h"

namespace qtool {

inline TuneTrial written(std::vector<int64_t> bits, double drop, int64_t bytes) {
  return {.bits = std::move(bits),
          .simulated = {.value = drop, .samples = 100},
          .drop = TuneDrop{drop, drop - 1, drop + 1, 1000},
          .bytes = bytes,
          .latency_ms = 2.5,
          .sha256 = "ab",
          .seconds = 3};
}

/// Untuned, a screen, one that is met, one that is not, and one that another one beats.
inline TuneReport sample_search() {
  TuneReport report{.identity = {{"qtool", "1.2.3"}, {"data", "random:3x8x8"}},
                    .model = "nets/net.pt",
                    .data = "random:3x8x8",
                    .metric = top1_info(),
                    .max_drop = 0.5,
                    .float_bytes = 4000,
                    .calibrator = "mse",
                    .calibrators = {{"minmax", 40}, {"mse", 41.5}}};
  report.layers = {{"conv", "aten::conv2d", 100, {{0, 0.0, 400}, {8, 1e-5, 100}, {4, 1e-3, 50}}},
                   {"fc", "aten::linear", 10, {{0, 0.0, 40}, {8, {}, 10}}}};
  report.trials = {written({8, 8}, 0.1, 1000),
                   {.bits = {4, 8}, .quick = true, .simulated = {0.4, {}, {}, 100}},
                   written({4, 8}, 0.3, 600),
                   written({4, 0}, 0.9, 500),
                   written({8, 0}, 0.2, 1100)};
  report.best = 2;
  return report;
}

}  // namespace qtool
