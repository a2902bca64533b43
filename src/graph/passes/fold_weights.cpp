#include "graph/passes/fold_weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/in_place.h"
#include "graph/ir/nodes.h"
#include "graph/ir/recurrent.h"
#include "graph/ir/state.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

using Changed = std::map<const jit::Value*, const jit::Node*>;

bool is_pure(const jit::Node* node) {
  const auto* schema = node->maybeSchema();
  const bool is_operator = node->kind().is_aten() && schema && !schema->is_mutable();
  return (is_operator || node->kind() == c10::prim::ListConstruct) && node->blocks().empty() &&
         !node->hasSideEffects() && !node->isNondeterministic();
}

/// What a value is computed from, where that is attributes and constants alone.
class FixedExpression {
 public:
  FixedExpression(jit::Value* value, const Changed& changed) : changed_(changed) {
    is_fixed_ = collect(value);
  }
  [[nodiscard]] bool is_fixed() const { return is_fixed_; }
  /// In the order in which they run.
  [[nodiscard]] const std::vector<jit::Node*>& nodes() const { return nodes_; }
  /// By their paths.
  [[nodiscard]] const std::vector<jit::Value*>& attributes() const { return attributes_; }

 private:
  bool collect(jit::Value* value) {
    auto* node = value->node();
    if (seen_.contains(value)) return true;
    if (changed_.contains(value) || state_path(value)) return false;
    if (attribute_path(value)) {
      seen_.insert(value);
      attributes_.push_back(value);
      return true;
    }
    const bool is_constant = node->kind() == c10::prim::Constant;
    if (!is_constant && !is_pure(node)) return false;
    for (auto* input : node->inputs())
      if (!collect(input)) return false;
    for (auto* output : node->outputs()) seen_.insert(output);
    nodes_.push_back(node);
    return true;
  }

  const Changed& changed_;
  std::set<const jit::Value*> seen_;
  std::vector<jit::Node*> nodes_;
  std::vector<jit::Value*> attributes_;
  bool is_fixed_ = false;
};

/// Runs the expression; undefined where it makes no tensor.
at::Tensor compute(const FixedExpression& expression, jit::Value* value, const jit::Module& module) {
  const at::NoGradGuard constants_for_autograd;
  const auto graph = std::make_shared<jit::Graph>();
  std::map<jit::Value*, jit::Value*> copies;
  jit::Stack stack;
  for (auto* attribute : expression.attributes()) {
    copies[attribute] = graph->addInput()->setType(attribute->type());
    stack.push_back(*find_attribute(module, *attribute_path(attribute)));
  }
  for (auto* node : expression.nodes()) {
    auto* copy =
        graph->insertNode(graph->createClone(node, [&](jit::Value* input) { return copies.at(input); }));
    for (size_t i = 0; i < node->outputs().size(); ++i) copies[node->output(i)] = copy->output(i);
  }
  graph->registerOutput(copies.at(value));
  jit::InterpreterState(jit::Code(graph, "weight")).run(stack);
  return stack.back().isTensor() ? stack.back().toTensor().detach().clone(at::MemoryFormat::Contiguous)
                                 : at::Tensor();
}

bool requires_grad(const FixedExpression& expression, const jit::Module& module) {
  for (auto* attribute : expression.attributes()) {
    const auto value = find_attribute(module, *attribute_path(attribute));
    if (value->isTensor() && value->toTensor().requires_grad()) return true;
  }
  return false;
}

/// `conv` for `conv.weight_v` and `conv.parametrizations.weight.original1`; with a dot behind where it is not empty.
std::string owner_of(const std::string& path) {
  const auto parametrized = path.find("parametrizations.");
  if (parametrized != std::string::npos) return path.substr(0, parametrized);
  return path.substr(0, path.rfind('.') + 1);
}

class WeightFolder {
 public:
  explicit WeightFolder(jit::Module& module)
      : module_(module), graph_(module.get_method("forward").graph()), changed_(changed_in_place(graph_)) {}

  void run() {
    for (auto* node : all_nodes_of(graph_->block())) {
      if (is_recurrent(node)) fold_parameters(node);
      if (!is_layer(node)) continue;
      for (const char* role : {"weight", "bias"}) fold(node, argument(node, role), role);
    }
    jit::EliminateDeadCode(graph_->block());
  }

 private:
  static bool is_layer(const jit::Node* node) {
    const auto kind = short_kind(node);
    return node->kind().is_aten() && (kind == "linear" || kind.find("conv") != std::string::npos);
  }

  void fold_parameters(jit::Node* recurrent) {
    const auto parameters = own_parameters_of(recurrent);
    if (!parameters) return;
    for (size_t i = 0; i < parameters->count; ++i)
      fold(parameters->reader, parameters->value(i), parameter_name(recurrent, i));
  }

  /// Of a value that `reader` reads.
  void fold(jit::Node* reader, jit::Value* value, const std::string& role) {
    if (!value || value->node()->kind() == c10::prim::Constant || attribute_path(value)) return;
    const FixedExpression expression(value, changed_);
    if (!expression.is_fixed() || expression.attributes().empty()) return;
    const auto tensor = compute(expression, value, module_);
    if (!tensor.defined()) return;
    const auto path = keep(tensor, owner_of(*attribute_path(expression.attributes()[0])) + role,
                           requires_grad(expression, module_));
    const jit::WithInsertPoint here(reader);
    for (size_t i = 0; i < reader->inputs().size(); ++i)
      if (reader->input(i) == value) reader->replaceInput(i, emit_attribute(*graph_, module_, path));
  }

  /// The path at which the tensor is from now on: `path`, or one like it that is free. A layer that runs twice has one
  /// weight.
  std::string keep(const at::Tensor& tensor, const std::string& path, bool is_trained) {
    auto free = path;
    for (int64_t i = 2; find_attribute(module_, free); ++i) {
      const auto made = made_.find(free);
      if (made != made_.end() && at::equal(made->second, tensor)) return free;
      free = path + "_" + std::to_string(i);
    }
    made_[free] = tensor;
    set_attribute(module_, free, tensor.set_requires_grad(is_trained), c10::TensorType::get(), is_trained);
    return free;
  }

  jit::Module& module_;
  std::shared_ptr<jit::Graph> graph_;
  Changed changed_;
  std::map<std::string, at::Tensor> made_;
};

}  // namespace

void fold_weights(jit::Module& module) { WeightFolder(module).run(); }

}  // namespace qtool
