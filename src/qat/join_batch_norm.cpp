#include "qat/join_batch_norm.h"

#include <vector>

#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

jit::Node* batch_norm_before(const jit::Node* fake_quant) {
  auto* norm = fake_quant->input(0)->node();
  const bool is_alone = norm->kind() == c10::Symbol::fromQualString("qtool::batch_norm_in_fold") &&
                        norm->output()->uses().size() == 1;
  return is_alone ? norm : nullptr;
}

void join(jit::Graph& graph, jit::Node* norm, jit::Node* fake_quant) {
  std::vector<jit::Value*> inputs = norm->inputs().vec();
  for (size_t i = 1; i < fake_quant->inputs().size(); ++i) inputs.push_back(fake_quant->input(i));
  auto* joined = graph.create(c10::Symbol::fromQualString("qtool::batch_norm_fake_quant"), inputs);
  joined->insertBefore(fake_quant);
  joined->output()->copyMetadata(fake_quant->output());
  fake_quant->output()->replaceAllUsesWith(joined->output());
  fake_quant->destroy();
  norm->destroy();
}

}  // namespace

void join_batch_norms_with_fake_quant(jit::Graph& graph) {
  for (auto* node : nodes_of(graph.block()))
    if (node->kind() == c10::Symbol::fromQualString("qtool::fake_quant_activation"))
      if (auto* norm = batch_norm_before(node)) join(graph, norm, node);
}

}  // namespace qtool
