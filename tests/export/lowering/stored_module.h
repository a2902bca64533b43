#pragma once
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>
#include <string>
#include <vector>

#include "export/lowering/stored_state.h"
#include "graph/ir/attributes.h"

namespace qtool {

/// A module with the state, and forward() of x that reads this of it; as a client loads it.
inline torch::jit::Module loaded(const StoredState& state, const std::vector<std::string>& reads,
                                 std::string* bytes = nullptr) {
  auto module = empty_module("Net");
  state.add_to(module);
  auto graph = std::make_shared<torch::jit::Graph>();
  graph->addInput("self")->setType(module.type());
  std::vector<torch::jit::Value*> values;
  for (const auto& path : reads) values.push_back(emit_attribute(*graph, module, path));
  graph->registerOutput(graph->insertNode(graph->createTuple(values))->output());
  set_forward(module, graph);
  state.complete(module);
  std::stringstream file;
  module.save(file);
  if (bytes) *bytes = file.str();
  return torch::jit::load(file);
}

inline at::Tensor output(torch::jit::Module& module, size_t index) {
  return module.forward({}).toTupleRef().elements().at(index).toTensor();
}

}  // namespace qtool
