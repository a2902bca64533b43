#include "calibrate/calibrate.h"

#include <ATen/core/grad_mode.h>

#include <utility>

#include "calibrate/observer.h"
#include "calibrate/seen_values.h"
#include "calibrate/statistics_file.h"
#include "graph/carried_state.h"
#include "graph/probe.h"

namespace qtool {
namespace {

/// As if rank 0's batches had come first, then rank 1's, and so on.
Statistics of_all(const Statistics& mine, const Peers& peers) {
  if (peers.is_alone()) return mine;
  std::vector<Statistics> runs;
  std::vector<std::string> names;
  for (int64_t rank = 0; rank < peers.size(); ++rank) {
    names.push_back("process " + std::to_string(rank));
    runs.push_back(parse_statistics(peers.text_of(rank, statistics_text(mine)), names.back()));
  }
  return merge(runs, names);
}

}  // namespace

Statistics calibrate(const Model& canonical, const QuantPlan& plan, const BatchSource& next_batch,
                     const Peers& peers) {
  const at::NoGradGuard no_grad;
  std::vector<Observer> observers;
  std::vector<std::string> values;
  for (auto& seen : seen_values(plan)) {
    observers.emplace_back(seen.name);
    values.push_back(std::move(seen.value));
  }
  Probe probe(canonical, values);
  const CarriedState one_pass;
  Statistics statistics;
  for (auto inputs = next_batch(); !inputs.empty(); inputs = next_batch()) {
    statistics.samples += inputs[0].size(0);
    (void)probe.run(inputs, [&](size_t index, const at::Tensor& value) {
      // Observers are for numbers; a where's condition and an index are none.
      if (value.is_floating_point()) observers[index].observe(value);
    });
  }
  for (const auto& observer : observers) statistics.sites.push_back(observer.statistics());
  return of_all(statistics, peers);
}

Statistics calibrate(const Model& canonical, const QuantPlan& plan, std::vector<at::Tensor> batch) {
  return calibrate(canonical, plan, [&] { return std::exchange(batch, {}); });
}

}  // namespace qtool
