#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// The graph of forward(), as LibTorch prints it.
[[nodiscard]] std::string graph_text(const Model& model);

/// How many nodes of `kind` (`aten::dequantize`) the graph has, those in blocks included.
[[nodiscard]] int count_nodes(const Model& model, const std::string& kind);

/// Throws, with the place, where the texts do not follow each other in the graph.
void check_in_order(const Model& model, const std::vector<std::string>& texts);

}  // namespace qtool
