#include "measure/latency.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "graph/carried_state.h"

namespace qtool {
namespace {

double run_ms(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

Latency summarise(const std::string& name, int64_t batch, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {.name = name,
          .batch = batch,
          .runs = int64_t(times.size()),
          .min_ms = times.front(),
          .lower_quartile_ms = quantile(times, 0.25),
          .median_ms = quantile(times, 0.5),
          .upper_quartile_ms = quantile(times, 0.75)};
}

}  // namespace

double quantile(std::span<const double> ascending, double fraction) {
  QTOOL_ASSERT(!ascending.empty() && fraction >= 0 && fraction <= 1);
  const double position = fraction * double(ascending.size() - 1);
  const auto below = size_t(position);
  const size_t above = std::min(below + 1, ascending.size() - 1);
  return std::lerp(ascending[below], ascending[above], position - double(below));
}

std::vector<Latency> measure_latency(std::span<const Timed> subjects, const LatencyOptions& options,
                                     Progress& progress) {
  const CarriedState as_for_clients;
  const int64_t runs_of_each = options.warm_up + options.rounds * options.runs;
  const int64_t total = int64_t(subjects.size()) * runs_of_each *
                        std::accumulate(options.batch.begin(), options.batch.end(), int64_t{0});
  int64_t done = 0;
  std::vector<Latency> latencies;
  for (const int64_t batch : options.batch) {
    std::vector<std::function<void()>> runs;
    std::vector<size_t> here;
    for (size_t s = 0; s < subjects.size(); ++s) {
      if (subjects[s].elsewhere) continue;
      here.push_back(s);
      runs.push_back(subjects[s].prepare(batch));
    }
    for (const auto& run : runs) {
      for (int64_t i = 0; i < options.warm_up; ++i) run();
      progress.update(done += options.warm_up * batch, total, "");
    }
    std::vector<std::vector<double>> times(subjects.size());
    for (int64_t round = 0; round < options.rounds; ++round)
      for (size_t r = 0; r < runs.size(); ++r) {
        for (int64_t i = 0; i < options.runs; ++i) times[here[r]].push_back(run_ms(runs[r]));
        progress.update(done += options.runs * batch, total, "");
      }
    for (size_t s = 0; s < subjects.size(); ++s) {
      if (!subjects[s].elsewhere) continue;
      times[s] = subjects[s].elsewhere(batch, options.rounds * options.runs);
      progress.update(done += runs_of_each * batch, total, "");
    }
    for (size_t s = 0; s < subjects.size(); ++s)
      latencies.push_back(summarise(subjects[s].name, batch, std::move(times[s])));
  }
  return latencies;
}

}  // namespace qtool
