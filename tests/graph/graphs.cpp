#include "graphs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/ir/irparser.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <unistd.h>

#include <filesystem>

#include "graph/ir/attributes.h"
#include "graph/view.h"

namespace qtool {

namespace jit = torch::jit;

std::shared_ptr<jit::Graph> graph_of(const Model& model) {
  return model.module().get_method("forward").graph();
}

std::string text_of(const Model& model) {
  return graph_of(model)->toString(/*print_source_locations=*/false);
}

void lint(const Model& model) { graph_of(model)->lint(); }

Model inlined(const Model& model) {
  Model result(rebuild(model.module(), "Inlined"));
  auto graph = graph_of(result);
  jit::ConstantPropagation(graph);
  return result;
}

Model frozen(const Model& model) {
  auto module = model.module().deepcopy();
  module.eval();
  return Model(jit::freeze_module(module));
}

Model from_ir(const std::string& ir, const std::vector<NamedTensor>& attributes) {
  auto graph = std::make_shared<jit::Graph>();
  jit::parseIR(ir, graph.get());
  auto root = empty_module("FromIr");
  graph->insertInput(0, "self")->setType(root.type());
  const jit::WithInsertPoint here(*graph->nodes().begin());
  for (size_t i = attributes.size(); i-- > 0;) {
    set_attribute(root, attributes[i].name, attributes[i].tensor, c10::TensorType::get(),
                  /*is_parameter=*/true);
    const size_t last = graph->inputs().size() - 1;
    graph->inputs()[last]->replaceAllUsesWith(emit_attribute(*graph, root, attributes[i].name));
    graph->eraseInput(last);
  }
  set_forward(root, graph);
  return Model(root);
}

at::Tensor numbers(at::IntArrayRef shape, int64_t start) {
  return (at::arange(start, start + c10::multiply_integers(shape), at::kDouble) * 0.7 + 0.1)
      .sin()
      .reshape(shape)
      .to(at::kFloat);
}

double difference(Model& a, Model& b, const std::vector<at::Tensor>& inputs) {
  const auto from_a = a.forward(inputs), from_b = b.forward(inputs);
  TORCH_CHECK(from_a.size() == from_b.size(), "different numbers of outputs");
  double largest = 0;
  for (size_t i = 0; i < from_a.size(); ++i)
    largest = std::max(largest, (from_a[i] - from_b[i]).abs().max().item<double>());
  return largest;
}

ModuleBuilder leaf(const std::string& type_name, const std::string& expression) {
  ModuleBuilder module(type_name);
  module.define("def forward(self, x):\n  return " + expression);
  return module;
}

ModuleBuilder layer(const std::string& type_name, const at::Tensor& weight, const std::string& expression) {
  auto module = leaf(type_name, expression);
  module.parameter("weight", weight).parameter("bias", numbers({weight.size(0)}, 5));
  return module;
}

ModuleBuilder batch_norm(int64_t channels) {
  auto module = leaf("BatchNorm2d",
                     "torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, "
                     "self.training, 0.1, 1e-05, True)");
  module.parameter("weight", numbers({channels}, 1)).parameter("bias", numbers({channels}, 2));
  module.buffer("running_mean", numbers({channels}, 3))
      .buffer("running_var", numbers({channels}, 4).abs() + 0.5);
  return module;
}

std::vector<std::string> operator_names(const Model& model) {
  std::vector<std::string> names;
  for (const auto& op : view(model).operators) names.push_back(op.name);
  return names;
}

std::string temporary_path(const std::string& name) {
  return std::filesystem::temp_directory_path() / (std::to_string(getpid()) + "." + name);
}

}  // namespace qtool
