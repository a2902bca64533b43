#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "graph/model.h"
#include "solve/solution.h"

namespace qtool {

/// Source and shapes of a small network; weights and inputs are seeded noise, parameters called `var...` positive.
struct SmallNet {
  /// Statements of forward(self, x), separated by `; `; names of `parameters` stand for tensors.
  std::string body;
  std::vector<std::pair<std::string, std::vector<int64_t>>> parameters;
  std::vector<int64_t> input = {4, 3, 7, 7};
};

/// Standard normal, from a generator of its own.
[[nodiscard]] at::Tensor noise(at::IntArrayRef shape, uint64_t seed);

/// Convolution, relu, gelu (which stays float), linear layer of five classes; of 3x7x7 images.
[[nodiscard]] SmallNet small_classifier();

/// In eval mode.
[[nodiscard]] Model build(const SmallNet& net);

/// Canonicalises, plans, calibrates on `input` and solves.
[[nodiscard]] Solution prepare(const Model& model, const at::Tensor& input, const Recipe& recipe = {},
                               const Backend& backend = {"x86", 8});

/// The plan whose layers are `precision`, weight-only or dynamic, and all else float.
[[nodiscard]] QuantPlan with_precision(const QuantPlan& plan, Precision precision);
/// A solution with such a plan.
[[nodiscard]] Solution with_precision(const Solution& solution, Precision precision);

}  // namespace qtool
