#include "graph/read/training_mode.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <map>
#include <memory>
#include <set>

#include "base/names.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// What turns an operator's training on: a flag, or a probability, which is off at zero.
struct Switch {
  const char* argument;
  c10::IValue off;
};

const Switch* switch_of(const jit::Node* node) {
  static const Switch train{"train", false}, training{"training", false}, probability{"dropout_p", 0.0};
  static const std::map<std::string, const Switch*> table = {
      {"aten::dropout", &train},
      {"aten::dropout_", &train},
      {"aten::feature_dropout", &train},
      {"aten::feature_dropout_", &train},
      {"aten::alpha_dropout", &train},
      {"aten::alpha_dropout_", &train},
      {"aten::feature_alpha_dropout", &train},
      {"aten::feature_alpha_dropout_", &train},
      {"aten::native_dropout", &train},
      {"aten::lstm", &train},
      {"aten::gru", &train},
      {"aten::rnn_tanh", &train},
      {"aten::rnn_relu", &train},
      {"aten::batch_norm", &training},
      {"aten::rrelu", &training},
      {"aten::rrelu_", &training},
      {"aten::scaled_dot_product_attention", &probability},
  };
  const auto row = table.find(node->kind().toQualString());
  return row == table.end() ? nullptr : row->second;
}

bool is_zero(const c10::IValue& value) { return value.isDouble() && value.toDouble() == 0; }

/// Without them it can only take those of the batch, in eval mode, too.
bool has_running_statistics(const jit::Module& module, const jit::Node* norm) {
  const auto* mean = argument(norm, "running_mean");
  const auto path = attribute_path(mean);
  const auto value = path ? find_attribute(module, *path) : jit::toIValue(mean);
  return value && value->isTensor();
}

bool is_on(const jit::Module& module, const jit::Node* node, const Switch& found) {
  const auto value = constant_argument(node, found.argument);
  if (value.isNone() || value == found.off) return false;
  if (short_kind(node) == "batch_norm") return has_running_statistics(module, node);
  // A dropout of nothing trains nothing.
  return !is_zero(constant_argument(node, "p")) && !is_zero(constant_argument(node, "dropout"));
}

std::vector<jit::Node*> nodes_that_train(const jit::Module& module, jit::Graph& graph) {
  std::vector<jit::Node*> nodes;
  for (auto* node : all_nodes_of(graph.block()))
    if (const auto* found = switch_of(node); found != nullptr && is_on(module, node, *found))
      nodes.push_back(node);
  return nodes;
}

/// forward() as a graph of its own in which `self.training` is False.
std::shared_ptr<jit::Graph> in_eval_mode(const jit::Module& module) {
  auto graph = module.get_method("forward").graph()->copy();
  jit::Inline(*graph);
  for (auto* node : all_nodes_of(graph->block()))
    if (node->kind() == c10::prim::GetAttr && node->s(c10::attr::name) == "training" &&
        node->output()->type()->kind() == c10::TypeKind::BoolType)
      node->output()->replaceAllUsesWith(constant_before(node, false));
  jit::ConstantPropagationImmutableTypes(
      graph);  // without alias analysis, which the modules of a ResNet make long
  return graph;
}

/// `dropout (2, the first at net.py:12)`, ...
std::string list_of(const std::vector<jit::Node*>& nodes) {
  std::map<std::string, std::vector<const jit::Node*>> kinds;
  for (const auto* node : nodes) kinds[short_kind(node)].push_back(node);
  std::vector<std::string> words;
  for (const auto& [kind, same] : kinds) {
    const auto source = source_of(same[0]);
    words.push_back(kind + " (" + std::to_string(same.size()) +
                    (source.empty() ? "" : ", the first at " + source) + ")");
  }
  return join(words);
}

/// Drawn by a dropout that is off, nothing is.
bool is_random(const jit::Node* node) {
  const auto* found = switch_of(node);
  return node->isNondeterministic() &&
         (found == nullptr || constant_argument(node, found->argument).isNone());
}

}  // namespace

std::vector<std::string> leave_training_mode(jit::Module& module) {
  std::vector<std::string> remarks;
  const auto seen = in_eval_mode(module);
  if (const auto on = nodes_that_train(module, *seen); !on.empty()) {
    remarks.push_back(
        "the file is in training mode, whatever eval() says: always on are " + list_of(on) +
        "; qtool switches them off, in the float model, too, so that results differ from those of the "
        "file as it is: call model.eval() before torch.jit.trace, or give F.dropout "
        "training=self.training, and save it again");
    auto graph = module.get_method("forward").graph();
    jit::Inline(*graph);
    jit::ConstantPropagationImmutableTypes(graph);
    for (auto* node : nodes_that_train(module, *graph)) {
      const auto* found = switch_of(node);
      const auto place = node->schema().argumentIndexWithName(found->argument);
      node->replaceInput(static_cast<size_t>(*place), constant_before(node, found->off));
    }
  }
  auto random = all_nodes_of(seen->block());
  std::erase_if(random, [](const jit::Node* node) { return !is_random(node); });
  if (!random.empty())
    remarks.push_back(
        "forward() draws random numbers: " + list_of(random) +
        "; its answers differ from run to run, whatever quantization does. qtool compares models on the same "
        "draws");
  return remarks;
}

}  // namespace qtool
