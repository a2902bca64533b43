#include "data/set_inputs.h"

#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/names.h"

namespace qtool {
namespace {

size_t place_of_input(const std::string& name, const ReaderInputs& readers, const std::string& where) {
  std::vector<size_t> places;
  for (const auto& inputs : readers) {
    const auto found = std::find(inputs.begin(), inputs.end(), name);
    if (found == inputs.end() || (!places.empty() && places[0] != size_t(found - inputs.begin())))
      throw Error(
          ErrorKind::kUsage,
          {.what = found == inputs.end() ? "no input of the name that 'set' gives"
                                         : "the models take the input that 'set' gives in different places",
           .where = where,
           .got = "set=" + name + ":...",
           .expected = "one of " + join(inputs),
           .fix = "name an input of the model's forward()"});
    places.push_back(size_t(found - inputs.begin()));
  }
  return places.at(0);
}

}  // namespace

SetInputs::SetInputs(const std::vector<std::pair<std::string, double>>& numbers, const ReaderInputs& readers,
                     const std::string& where)
    : others_(readers) {
  if (readers.empty()) return;
  for (const auto& [name, number] : numbers) {
    set_.push_back({place_of_input(name, readers, where), name, number});
    for (auto& inputs : others_) std::erase(inputs, name);
  }
  std::sort(set_.begin(), set_.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
}

void SetInputs::add_to(std::vector<at::Tensor>& inputs, int64_t samples) const {
  for (const auto& [place, name, number] : set_) {
    const bool is_whole = number == std::floor(number) && std::abs(number) < 9.0e15;
    const auto at = inputs.begin() + std::ptrdiff_t(std::min(place, inputs.size()));
    inputs.insert(at, at::full({samples}, number, is_whole ? at::kLong : at::kFloat));
  }
}

void SetInputs::add_to(std::vector<std::string>& names) const {
  if (names.empty()) return;  // the data gives none
  for (const auto& [place, name, number] : set_)
    names.insert(names.begin() + std::ptrdiff_t(std::min(place, names.size())), name);
}

}  // namespace qtool
