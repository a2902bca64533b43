#pragma once
#include <string>
#include <vector>

#include "export/target.h"
#include "graph/view.h"

namespace qtool {

/// What a target cannot hold of a canonical model as it is planned: operators, and precisions of operators. A sentence
/// each, with the operator's name and its line of the source.
[[nodiscard]] std::vector<std::string> objections_of(const Target& target, const Model& canonical,
                                                     const GraphView& graph, const QuantPlan& plan);

/// Throws Error(kUnquantizable) by name where one of the targets objects.
void check_expressible(const std::vector<const Target*>& targets, const Model& canonical,
                       const GraphView& graph, const QuantPlan& plan);

}  // namespace qtool
