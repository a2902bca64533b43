#include "tune/allocation.h"

#include <algorithm>
#include <optional>

#include "base/error.h"

namespace qtool {
namespace {

double sum_of(const std::vector<TunedLayer>& layers, const Allocation& allocation,
              double LayerChoice::*part) {
  double sum = 0;
  for (size_t i = 0; i < layers.size(); ++i) sum += layers[i].choices.at(allocation.at(i)).*part;
  return sum;
}

/// Places, the least noise first; of equal noise only the least cost, and none that costs as much as one before.
std::vector<size_t> not_dominated(const std::vector<LayerChoice>& choices) {
  std::vector<size_t> order(choices.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return choices[a].noise != choices[b].noise ? choices[a].noise < choices[b].noise
                                                : choices[a].cost < choices[b].cost;
  });
  std::vector<size_t> kept;
  for (const size_t i : order)
    if (kept.empty() || choices[i].cost < choices[kept.back()].cost) kept.push_back(i);
  return kept;
}

/// Saved for each unit of noise on the way from one choice to another.
double slope(const LayerChoice& from, const LayerChoice& to) {
  return (from.cost - to.cost) / (to.noise - from.noise);
}

std::optional<Step> step_down(const std::vector<TunedLayer>& layers, size_t layer, size_t choice) {
  const auto& choices = layers[layer].choices;
  const auto& now = choices[choice];
  for (const size_t next : worth_having(choices)) {
    const auto& then = choices[next];
    if (then.noise > now.noise && then.cost < now.cost)
      return Step{layer, next, now.cost - then.cost, then.noise - now.noise};
  }
  return std::nullopt;
}

}  // namespace

double noise_of(const std::vector<TunedLayer>& layers, const Allocation& allocation) {
  return sum_of(layers, allocation, &LayerChoice::noise);
}

double cost_of(const std::vector<TunedLayer>& layers, const Allocation& allocation) {
  return sum_of(layers, allocation, &LayerChoice::cost);
}

std::vector<size_t> worth_having(const std::vector<LayerChoice>& choices) {
  std::vector<size_t> hull;
  for (const size_t next : not_dominated(choices)) {
    while (hull.size() > 1) {
      const auto &before = choices[hull[hull.size() - 2]], &last = choices[hull.back()];
      if (slope(before, last) > slope(last, choices[next])) break;
      hull.pop_back();
    }
    hull.push_back(next);
  }
  return hull;
}

std::vector<Step> steps_down(const std::vector<TunedLayer>& layers, const Allocation& allocation) {
  std::vector<Step> steps;
  for (size_t i = 0; i < layers.size(); ++i)
    if (const auto step = step_down(layers, i, allocation.at(i))) steps.push_back(*step);
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.worth() > b.worth(); });
  return steps;
}

std::vector<Allocation> front_of(const std::vector<TunedLayer>& layers) {
  Allocation at;
  for (const auto& layer : layers) {
    QTOOL_ASSERT(!layer.choices.empty());
    at.push_back(worth_having(layer.choices).front());
  }
  std::vector<Allocation> front = {at};
  for (auto steps = steps_down(layers, at); !steps.empty(); steps = steps_down(layers, at)) {
    at[steps[0].layer] = steps[0].choice;
    front.push_back(at);
  }
  return front;
}

}  // namespace qtool
