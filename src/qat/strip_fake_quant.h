#pragma once
#include <map>
#include <string>

#include "graph/model.h"
#include "grid/qparams.h"

namespace qtool {

/// Whether the model is one that simulate() made, or such a one trained on elsewhere.
[[nodiscard]] bool has_fake_quant(const Model& model);

/// The float model inside, and the grids that its fake-quant modules had, by the name of their site.
struct StrippedModel {
  Model model;
  std::map<std::string, QParams> grids;
};

/// Takes what simulate() put in out again.
///
///   %y' = prim::CallMethod[name="forward"](%layers.0.conv1_output_fake_quant, %y)  ->  %y
///
/// Throws Error(kUsage) where a fake-quant module is damaged.
[[nodiscard]] StrippedModel strip_fake_quant(const Model& model);

}  // namespace qtool
