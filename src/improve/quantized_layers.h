#pragma once
#include <string>
#include <vector>

#include "plan/plan.h"

namespace qtool {

/// Why a row that changes weights tries nothing.
inline constexpr const char* kNoLayerOfItsOwn = "no quantized layer has a weight of its own";

/// The names of the layers whose weight has a grid.
[[nodiscard]] inline std::vector<std::string> quantized_layers(const QuantPlan& plan) {
  std::vector<std::string> names;
  for (const auto& op : plan.operators)
    if (op.weight_site && op.operator_class == OperatorClass::kLayer) names.push_back(op.name);
  return names;
}

}  // namespace qtool
