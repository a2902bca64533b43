#pragma once
#include <optional>
#include <string>
#include <vector>

#include "graph/view.h"
#include "plan/plan.h"

namespace qtool {

/// Tensors whose channels can be divided by positive factors without changing what the model computes: a producer's
/// weight and bias are divided, what it makes flows through operators that pass factors on, and the weights of the
/// layers that read it are multiplied.
///
///   %a = aten::conv2d(%x, %w1, %b1)      %w1 / s, %b1 / s
///   %r = aten::relu(%a)              ->  the same
///   %y = aten::conv2d(%r, %w2, %b2)      %w2 * s
struct ScalingGroup {
  std::string producer;  ///< empty: nothing can be divided, so that the readers read a product instead
  std::vector<std::string> values;   ///< that are divided, from the producer's on
  std::string channels;              ///< the first that a reader reads
  bool channels_last = false;        ///< whether channels lie along the last axis, else along axis 1
  std::vector<std::string> readers;  ///< quantized layers
  std::optional<double> clip;        ///< where the values are cut off; factors must leave that alone
};

/// Those whose producer is a layer with weights of its own, or with `norms` a layer norm.
[[nodiscard]] std::vector<ScalingGroup> scaling_groups(const GraphView& graph, const QuantPlan& plan,
                                                       bool norms);

/// Float tensors that linear layers alone read in int8, and that no producer can make smaller: what other operators
/// read as well, or what comes out of a curve.
[[nodiscard]] std::vector<ScalingGroup> product_groups(const GraphView& graph, const QuantPlan& plan);

}  // namespace qtool
