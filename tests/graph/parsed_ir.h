#pragma once
#include <torch/csrc/jit/ir/irparser.h>

#include <memory>
#include <string>

namespace qtool {

/// The graph that a text says.
[[nodiscard]] inline std::shared_ptr<torch::jit::Graph> parsed(const std::string& ir) {
  auto graph = std::make_shared<torch::jit::Graph>();
  torch::jit::parseIR(ir, graph.get());
  return graph;
}

}  // namespace qtool
