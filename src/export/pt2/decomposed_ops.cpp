#include "export/pt2/decomposed_ops.h"

#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "grid/affine.h"
#include "simulate/insert_fake_quant.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// Fake-quant as a step to integers and one back.
class DecomposedForm : public FakeQuantForm {
 public:
  DecomposedForm(jit::Module& module, const Solution& solution, const Pt2Dialect& dialect)
      : module_(module),
        graph_(*module.get_method("forward").graph()),
        solution_(solution),
        dialect_(dialect) {}

  jit::Value* weight(jit::Value* weight, size_t site) override {
    const auto path = attribute_path(weight);
    QTOOL_ASSERT(path.has_value());
    const auto tensor = find_attribute(module_, *path)->toTensor().detach();
    const auto& qparams = solution_.qparams[site];
    const auto& scheme = qparams.scheme();
    auto* integers = buffer(*path + "_int8", quantize(tensor, qparams).to(at::kChar).contiguous());
    if (scheme.granularity() == Granularity::kPerTensor)
      return insert(kDequantize,
                    {integers, constant(qparams.scale()), constant(qparams.zero_point()),
                     constant(scheme.qmin()), constant(scheme.qmax()), type(at::kChar)},
                    site);
    return insert(kDequantizeChannels,
                  {integers, buffer(*path + "_scale", qparams.scales().to(at::kFloat)),
                   buffer(*path + "_zero_point", qparams.zero_points()), constant(scheme.axis()),
                   constant(scheme.qmin()), constant(scheme.qmax()), type(at::kChar)},
                  site);
  }

  jit::Value* activation(jit::Value* x, size_t site) override { return again(clamped(x, site), site); }

  jit::Value* again(jit::Value* x, size_t site) override {
    const auto& qparams = solution_.qparams[site];
    const auto& scheme = qparams.scheme();
    const std::vector<jit::Value*> grid = {
        constant(qparams.scale()), constant(qparams.zero_point() + dialect_.shift),
        constant(scheme.qmin() + dialect_.shift), constant(scheme.qmax() + dialect_.shift),
        type(dialect_.activation)};
    const auto on_grid = [&](const char* kind, jit::Value* value) {
      std::vector<jit::Value*> inputs = {value};
      inputs.insert(inputs.end(), grid.begin(), grid.end());
      return insert(kind, inputs, site);
    };
    return on_grid(kDequantize, on_grid(kQuantize, x));
  }

  jit::Value* average(jit::Value* x, size_t site) override { return again(x, site); }

 private:
  jit::Value* clamped(jit::Value* x, size_t site) {
    const auto& qparams = solution_.qparams[site];
    if (qparams.scheme().bits() == 8 || solution_.plan.sites[site].source == GridSource::kFixed) return x;
    return graph_.insert(c10::aten::clamp, {x, qparams.low(), qparams.high()});
  }

  template <class T>
  jit::Value* constant(T value) {
    return graph_.insertConstant(value);
  }
  jit::Value* type(at::ScalarType type) { return constant(static_cast<int64_t>(type)); }

  jit::Value* buffer(const std::string& path, const at::Tensor& tensor) {
    set_attribute(module_, path, tensor, c10::TensorType::get(), /*is_parameter=*/false);
    return emit_attribute(graph_, module_, path);
  }

  jit::Value* insert(const char* kind, const std::vector<jit::Value*>& inputs, size_t site) {
    auto* node = graph_.insertNode(graph_.create(c10::Symbol::fromQualString(kind), inputs));
    node->s_(c10::Symbol::attr(kSiteOfNode), solution_.plan.sites[site].name);
    node->output()->setType(c10::TensorType::get());
    return node->output();
  }

  jit::Module& module_;
  jit::Graph& graph_;
  const Solution& solution_;
  const Pt2Dialect& dialect_;
};

void quantize_behind_moves(jit::Graph& graph, const QuantPlan& plan, FakeQuantForm& form) {
  for (auto* node : nodes_of(graph.block())) {
    if (node->outputs().size() != 1) continue;
    auto* value = node->output();
    const auto* op = plan.find(value->debugName());
    if (!op || !op->is_static() || op->operator_class != OperatorClass::kMove || !op->output_site) continue;
    const jit::WithInsertPoint here(node->next());
    auto* quantized = form.again(value, op->output_grid());
    value->replaceAllUsesAfterNodeWith(quantized->node(), quantized);
  }
}

/// After their sites: `layer1.conv:output.int8` and `layer1.conv:output.float`.
void name_steps(jit::Graph& graph) {
  for (auto* node : nodes_of(graph.block())) {
    const auto site = c10::Symbol::attr(kSiteOfNode);
    if (!node->hasAttribute(site)) continue;
    const bool makes_integers = node->kind() == c10::Symbol::fromQualString(kQuantize);
    node->output()->setDebugName(node->s(site) + (makes_integers ? ".int8" : ".float"));
  }
}

/// Averages of integers often lie half way between two of them, where those of their real values fall to either side.
/// So an average is taken in whole steps, as the simulation does: the scales around it are 1.
void average_in_steps(jit::Graph& graph, const QuantPlan& plan) {
  const auto is_step = [](const jit::Node* node, const char* kind) {
    return node->kind() == c10::Symbol::fromQualString(kind);
  };
  for (auto* node : nodes_of(graph.block())) {
    if (node->outputs().size() != 1 || node->output()->uses().size() != 1) continue;
    const auto* op = plan.find(node->output()->debugName());
    if (!op || !op->is_static() || op->operator_class != OperatorClass::kPool) continue;
    auto *before = node->input(0)->node(), *after = node->output()->uses()[0].user;
    if (!is_step(before, kDequantize) || !is_step(after, kQuantize)) continue;
    before->replaceInput(1, constant_before(before, 1.0));
    after->replaceInput(1, constant_before(after, 1.0));
  }
}

void give_each_reader_its_own(jit::Graph& graph) {
  for (auto* node : nodes_of(graph.block())) {
    if (node->kind() != c10::Symbol::fromQualString(kDequantize)) continue;
    const auto uses = node->output()->uses();
    for (size_t i = 1; i < uses.size(); ++i) {
      auto* own = graph.createClone(node, [](jit::Value* value) { return value; })->insertAfter(node);
      uses[i].user->replaceInput(uses[i].offset, own->output());
    }
  }
}

}  // namespace

jit::Module with_decomposed_ops(const Solution& solution, const Pt2Dialect& dialect) {
  auto module = rebuild(solution.model.module(), "Program");
  const auto graph = module.get_method("forward").graph();
  const std::vector<bool> all(solution.plan.sites.size(), true);
  DecomposedForm form(module, solution, dialect);
  FakeQuantInsertion(graph, solution.plan, all, form).run();
  quantize_behind_moves(*graph, solution.plan, form);
  give_each_reader_its_own(*graph);
  average_in_steps(*graph, solution.plan);
  name_steps(*graph);
  return module;
}

}  // namespace qtool
