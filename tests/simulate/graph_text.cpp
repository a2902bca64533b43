#include "graph_text.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "graph/ir/nodes.h"

namespace qtool {

std::string graph_text(const Model& model) {
  return model.module().get_method("forward").graph()->toString(/*print_source_locations=*/false);
}

int count_nodes(const Model& model, const std::string& kind) {
  const auto graph = model.module().get_method("forward").graph();
  int count = 0;
  for (const auto* node : all_nodes_of(graph->block())) count += node->kind().toQualString() == kind ? 1 : 0;
  return count;
}

void check_in_order(const Model& model, const std::vector<std::string>& texts) {
  torch::jit::testing::FileCheck checks;
  for (const auto& text : texts) checks.check(text);
  checks.run(graph_text(model));
}

}  // namespace qtool
