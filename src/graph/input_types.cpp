#include "graph/input_types.h"

#include <algorithm>

namespace qtool {
namespace {

using Types = std::vector<at::ScalarType>;

constexpr size_t kMostTrials = 64;

/// Every choice of one of `alternatives` for each of `count` places: those with one type throughout first.
std::vector<Types> choices(const Types& alternatives, size_t count) {
  std::vector<Types> all;
  for (const auto type : alternatives) all.emplace_back(count, type);
  std::vector<size_t> digits(count, 0);
  for (;;) {
    size_t place = 0;
    while (place < count && ++digits[place] == alternatives.size()) digits[place++] = 0;
    if (place == count || all.size() >= kMostTrials) return all;
    Types mixture;
    for (const auto digit : digits) mixture.push_back(alternatives[digit]);
    if (std::find(all.begin(), all.end(), mixture) == all.end()) all.push_back(std::move(mixture));
  }
}

/// The types of all inputs, where those at `places` have `chosen`.
Types with(Types types, const std::vector<size_t>& places, const Types& chosen) {
  for (size_t i = 0; i < places.size(); ++i) types[places[i]] = chosen[i];
  return types;
}

}  // namespace

std::vector<at::Tensor> as_types(const std::vector<at::Tensor>& tensors, const Types& types) {
  std::vector<at::Tensor> result = tensors;
  for (size_t i = 0; i < std::min(tensors.size(), types.size()); ++i)
    if (tensors[i].is_floating_point() && at::isFloatingType(types[i])) result[i] = tensors[i].to(types[i]);
  return result;
}

bool is_short_float(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

bool are_float32(const Types& types) {
  return types.empty() || (types.size() == 1 && types[0] == at::kFloat);
}

Types types_of(const std::vector<at::Tensor>& tensors) {
  Types types;
  for (const auto& tensor : tensors) types.push_back(tensor.scalar_type());
  return types;
}

std::optional<Types> types_taken(const std::vector<at::Tensor>& inputs, const Types& own,
                                 const TrialRun& run) {
  auto alternatives = own;
  if (std::find(own.begin(), own.end(), at::kFloat) == own.end()) alternatives.push_back(at::kFloat);
  const auto given = types_of(inputs);
  std::vector<size_t> places;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].is_floating_point()) places.push_back(i);
  for (const auto& choice : choices(alternatives, places.size())) {
    auto types = with(given, places, choice);
    const auto outputs = run(as_types(inputs, types));
    if (!outputs) continue;
    for (const auto place : places) {
      auto simpler = types;
      simpler[place] = at::kFloat;
      if (simpler != types && run(as_types(inputs, simpler)) == outputs) types = std::move(simpler);
    }
    return types;
  }
  return std::nullopt;
}

}  // namespace qtool
