#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "calibrate/statistics.h"
#include "graph/model.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace qtool {

/// Source and shapes of a small network; weights and inputs are seeded noise.
struct SmallNet {
  /// Statements of forward(self, x), separated by `; `; names of `parameters` stand for tensors.
  std::string body;
  std::vector<std::pair<std::string, std::vector<int64_t>>> parameters;
  std::vector<int64_t> input = {4, 3, 7, 7};
};

/// Standard normal, from a generator of its own.
[[nodiscard]] at::Tensor noise(at::IntArrayRef shape, uint64_t seed);

/// In eval mode.
[[nodiscard]] Model build(const SmallNet& net);

/// A model on the way, as far as the solved grids.
struct Prepared {
  Model canonical;
  QuantPlan plan;
  std::vector<QParams> qparams;
};

/// The tensors of the weight sites, undefined at the other sites.
[[nodiscard]] std::vector<at::Tensor> weights_of(const Model& canonical, const QuantPlan& plan);

/// Canonicalises, plans, calibrates on `input` and solves.
[[nodiscard]] Prepared prepare(const Model& model, const at::Tensor& input, const Recipe& recipe = {},
                               const Backend& backend = {"x86", 8});

}  // namespace qtool
