#include "tune/search.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "catch.h"

using namespace qtool;

namespace {

/// Of 1, 10 and 100 weights, each with noise of 4^-bits for each weight of the first kind, and none as float.
SearchSpace three_layers() {
  SearchSpace space;
  for (const double weights : {1.0, 10.0, 100.0}) {
    TunedLayer layer{"layer" + std::to_string(int(weights)), {{0, 0, 4 * weights}}};
    for (const int64_t bits : {8, 6, 4, 2})
      layer.choices.push_back({bits, std::pow(4.0, -double(bits)), double(bits) / 8 * weights});
    space.layers.push_back(layer);
    space.baseline.push_back(1);
  }
  return space;
}

struct Trial {
  Allocation allocation;
  Effort effort;
};

/// Full trials may have this noise, others a quarter of it.
double limit_of(Effort effort, double most_noise) {
  return effort == Effort::kFull ? most_noise : most_noise / 4;
}

/// Trials of a search where the target is to have at most this noise.
std::vector<Trial> trials_of(const SearchSpace& space, double most_noise) {
  std::vector<Trial> trials;
  search(space, [&](const Allocation& allocation, Effort effort) {
    trials.push_back({allocation, effort});
    return noise_of(space.layers, allocation) <= limit_of(effort, most_noise);
  });
  return trials;
}

Allocation cheapest_met(const SearchSpace& space, const std::vector<Trial>& trials, double most_noise) {
  Allocation best;
  for (const auto& trial : trials)
    if (trial.effort != Effort::kScreen &&
        noise_of(space.layers, trial.allocation) <= limit_of(trial.effort, most_noise))
      if (best.empty() || cost_of(space.layers, trial.allocation) < cost_of(space.layers, best))
        best = trial.allocation;
  return best;
}

/// Of all allocations, one by one.
double least_cost(const SearchSpace& space, double most_noise) {
  double best = 1e9;
  for (size_t a = 0; a < 5; ++a)
    for (size_t b = 0; b < 5; ++b)
      for (size_t c = 0; c < 5; ++c)
        if (noise_of(space.layers, {a, b, c}) <= most_noise)
          best = std::min(best, cost_of(space.layers, {a, b, c}));
  return best;
}

}  // namespace

TEST_CASE("a search begins with the baseline, in full") {
  const auto space = three_layers();
  const auto trials = trials_of(space, 0.01);
  CHECK(trials.at(0).allocation == space.baseline);
  CHECK(trials.at(0).effort == Effort::kFull);
}

TEST_CASE("a search finds the allocation of least cost, in few trials") {
  const auto space = three_layers();
  for (const double most_noise : {2e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0}) {
    INFO(most_noise);
    const auto trials = trials_of(space, most_noise);
    CHECK(cost_of(space.layers, cheapest_met(space, trials, most_noise)) <=
          1.1 * least_cost(space, most_noise));
    CHECK(trials.size() <= 16);
  }
}

TEST_CASE("what a first screen finds is tried at once") {
  const auto space = three_layers();
  const auto trials = trials_of(space, 0.1);
  const auto first = std::find_if(trials.begin() + 1, trials.end(), [&](const Trial& trial) {
    return noise_of(space.layers, trial.allocation) <= limit_of(trial.effort, 0.1);
  });
  REQUIRE(first != trials.end());
  CHECK(first->effort == Effort::kScreen);
  CHECK((first + 1)->effort == Effort::kQuick);
  CHECK((first + 1)->allocation == first->allocation);
}

TEST_CASE("a search that cannot meet its target with the baseline goes up") {
  const auto space = three_layers();
  const double most_noise = 1.5 * std::pow(4.0, -8);  // of one layer in 8 bits
  const auto trials = trials_of(space, most_noise);
  CHECK(cheapest_met(space, trials, most_noise) == Allocation{0, 0, 1});
}

TEST_CASE("a search that can meet its target nowhere ends") {
  const auto space = three_layers();
  const auto trials = trials_of(space, -1);
  CHECK(cheapest_met(space, trials, -1).empty());
  CHECK(trials.size() <= 8);
}

TEST_CASE("nothing is tried twice with the same effort") {
  for (const double most_noise : {1e-5, 1e-3, 0.1}) {
    std::set<std::pair<Allocation, Effort>> seen;
    for (const auto& trial : trials_of(three_layers(), most_noise)) {
      const bool is_new = seen.insert({trial.allocation, trial.effort}).second;
      CHECK(is_new);
    }
  }
}

TEST_CASE("a model without a layer to tune is tried once") {
  size_t trials = 0;
  search({}, [&](const Allocation&, Effort) { return ++trials > 0; });
  CHECK(trials == 1);
}

TEST_CASE("what a trial throws ends the search") {
  const auto space = three_layers();
  CHECK_THROWS_AS(search(space, [](const Allocation&, Effort) -> bool { throw std::runtime_error("time"); }),
                  std::runtime_error);
}
