#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "graph/model.h"
#include "grid/qparams.h"
#include "plan/plan.h"

namespace torch::jit {
struct Module;
}

namespace qtool {

/// What the fake-quant module of one site holds, as attributes of these names. Its attribute `site` (str) is the site's
/// name. K is the number of scales (QParams).
struct FakeQuantState {
  at::Tensor low, high;   ///< float32 [K]: the range that `observe` moves
  at::Tensor scale;       ///< float32 [K]; a parameter where it is learned
  at::Tensor zero_point;  ///< int32 [K]
  at::Tensor observe;     ///< int64 [1]: 1 where the range and the grid follow what comes by
  at::Tensor enabled;     ///< int64 [1]: 1 where values are rounded
};

/// Where a site's module stands: `layers.0.conv1:weight` -> `layers.0.conv1_weight_fake_quant`, and
/// `layers.1/add:output` -> `layers.1.add_output_fake_quant`.
[[nodiscard]] std::string fake_quant_path(const Site& site);

/// Enabled, not observing, on the grid of `qparams`.
[[nodiscard]] FakeQuantState make_state(const QParams& qparams);

/// Adds the module of `site` to `root`, with the state's own tensors. `learned`: the scale is a parameter.
void add_state(torch::jit::Module& root, const Site& site, const FakeQuantState& state, bool learned);

/// The state of a site, the model's own tensors. The site must be there.
[[nodiscard]] FakeQuantState state_of(const Model& model, const Site& site);

/// The grids that a model with fake-quant modules has now, in the order of the plan's sites.
[[nodiscard]] std::vector<QParams> read_qparams(const Model& model, const QuantPlan& plan);

}  // namespace qtool
