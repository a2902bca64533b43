#include "export/program_lengths.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/json_text.h"
#include "export/pt2/program_inputs.h"

namespace qtool {
namespace {

using Place = onnx::FreeLength::Place;

/// Where the symbol stands alone; none where it stands for a batch, or for a part of a size as well.
std::vector<Place> places_of(const std::string& symbol, const ProgramInputs& inputs) {
  std::vector<Place> places;
  for (size_t i = 0; i < inputs.inputs.size(); ++i)
    for (size_t axis = 0; axis < inputs.inputs[i].sizes.size(); ++axis) {
      const auto& size = inputs.inputs[i].sizes[axis];
      const auto symbols = size.symbols();
      const bool has_it =
          std::any_of(symbols.begin(), symbols.end(), [&](const auto* one) { return one->symbol == symbol; });
      if (!has_it) continue;
      if (axis == 0 || size.function != "Symbol") return {};
      places.push_back({i, axis});
    }
  return places;
}

std::string name_of(const Place& place, std::set<std::string>& taken) {
  const auto wanted = place.axis == 1 ? "sequence" : "axis_" + std::to_string(place.axis);
  auto name = wanted;
  for (int n = 2; !taken.insert(name).second; ++n) name = wanted + "_" + std::to_string(n);
  return name;
}

}  // namespace

std::vector<onnx::FreeLength> program_lengths(const std::string& program) {
  nlohmann::ordered_json json;
  QTOOL_ASSERT(parse_json(program, json).empty());  // it was read before
  ProgramInputs inputs;
  try {
    inputs = inputs_of_program(json);
  } catch (const Error&) {
    return {};  // sizes that are no sums and products: the file has those of the data
  }
  std::vector<onnx::FreeLength> lengths;
  std::set<std::string> taken;
  for (const auto& symbol : inputs.symbols) {
    auto places = places_of(symbol.expression.symbol, inputs);
    if (places.empty()) continue;
    const auto name = name_of(places[0], taken);
    lengths.push_back({name, std::move(places), symbol.least, symbol.most});
  }
  return lengths;
}

}  // namespace qtool
