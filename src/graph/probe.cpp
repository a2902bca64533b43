#include "graph/probe.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include <exception>
#include <map>
#include <utility>

#include "base/error.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

thread_local const Probe::Sink* current_sink = nullptr;
/// What the sink threw: the interpreter would make a std::runtime_error with a stack trace of it.
thread_local std::exception_ptr sink_failure;

void show(jit::Stack& stack) {
  const int64_t index = jit::pop(stack).toInt();
  const at::Tensor value = jit::pop(stack).toTensor();
  if (!current_sink) return;
  try {
    (*current_sink)(static_cast<size_t>(index), value);
  } catch (...) {
    sink_failure = std::current_exception();
    throw;
  }
}

/// An operator without results, kept alive by its side effect.
void register_operator_once() {
  static const jit::RegisterOperators registered({jit::Operator("qtool::probe(Tensor value, int index) -> ()",
                                                                show, c10::AliasAnalysisKind::CONSERVATIVE)});
}

void insert_probe(jit::Graph& graph, jit::Value* value, size_t index) {
  auto* node = value->node();
  const bool is_input = node->kind() == c10::prim::Param;
  const jit::WithInsertPoint here(is_input ? *node->owningBlock()->nodes().begin() : node->next());
  auto* number = graph.insertConstant(static_cast<int64_t>(index));
  graph.insertNode(
      graph.create(c10::Symbol::fromQualString("qtool::probe"), {value, number}, /*num_outputs=*/0));
}

Model with_probes(const Model& model, const std::vector<std::string>& names) {
  register_operator_once();
  auto module = rebuild(model.module(), "Probed");
  auto graph = module.get_method("forward").graph();
  std::map<std::string, jit::Value*> values;
  for (auto* input : graph->inputs()) values[input->debugName()] = input;
  for (auto* node : all_nodes_of(graph->block()))
    for (auto* output : node->outputs()) values[output->debugName()] = output;
  for (size_t i = 0; i < names.size(); ++i) {
    QTOOL_ASSERT(values.contains(names[i]));
    insert_probe(*graph, values[names[i]], i);
  }
  return Model(module).made_of(model);
}

/// Resets the sink when an exception passes, too.
struct SinkScope {
  explicit SinkScope(const Probe::Sink& sink) {
    current_sink = &sink;
    sink_failure = nullptr;
  }
  ~SinkScope() { current_sink = nullptr; }
};

}  // namespace

Probe::Probe(const Model& model, const std::vector<std::string>& values)
    : probed_(with_probes(model, values)) {}

std::vector<at::Tensor> Probe::run(const std::vector<at::Tensor>& inputs, const Sink& sink) {
  const SinkScope scope(sink);
  try {
    return probed_.forward(inputs);
  } catch (...) {
    if (sink_failure) std::rethrow_exception(std::exchange(sink_failure, nullptr));
    throw;
  }
}

}  // namespace qtool
