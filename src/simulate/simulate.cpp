#include "simulate/simulate.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <string>

#include "graph/attributes.h"
#include "graph/nodes.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

class Simulation {
 public:
  Simulation(const Model& canonical, const QuantPlan& plan, const std::vector<QParams>& qparams,
             const std::vector<bool>& enabled)
      : plan_(plan),
        qparams_(qparams),
        enabled_(enabled),
        module_(rebuild(canonical.module(), "FakeQuantModel")) {
    graph_ = module_.get_method("forward").graph();
    for (auto* input : graph_->inputs()) values_[input->debugName()] = input;
    for (auto* node : nodes_of(graph_->block()))
      for (auto* output : node->outputs()) values_[output->debugName()] = output;
  }

  Model run() {
    for (const auto& op : plan_.operators)
      if (op.is_int8 && op.weight_site && enabled_[*op.weight_site]) quantize_weight(op);
    for (size_t i = 0; i < plan_.sites.size(); ++i)
      if (enabled_[i]) quantize_site(i);
    for (const auto& op : plan_.operators)
      if (op.is_int8 && op.fused_into.empty() && enabled_[*op.output_site]) round_to_its_inputs_grid(op);
    return Model(module_);
  }

 private:
  void round_to_its_inputs_grid(const PlannedOperator& op) {
    if (op.operator_class == OperatorClass::kClip)
      quantize_everywhere(values_.at(op.output), *op.output_site);
    if (op.operator_class == OperatorClass::kPool) average_integers(values_.at(op.output), *op.output_site);
  }

  /// Averages of integers often lie half way between two of them, where the float averages of their real values fall to
  /// either side. So the operator works on the integers, as the kernels do.
  void average_integers(jit::Value* value, size_t index) {
    auto* node = value->node();
    const auto& qparams = qparams_[index];
    const QParams integers(qparams.scheme(), 1.0, qparams.zero_point());
    const auto multiply = [&](jit::Value* x, double factor) {
      return graph_->insert(c10::aten::mul, {x, factor});
    };
    {
      const jit::WithInsertPoint here(node);
      node->replaceInput(0, insert_per_tensor(multiply(node->input(0), 1 / qparams.scale()), integers));
    }
    auto* rounded = insert_after(value, integers);
    const jit::WithInsertPoint here(rounded->node()->next());
    auto* real = multiply(rounded, qparams.scale());
    value->replaceAllUsesAfterNodeWith(real->node(), real);
  }

  void quantize_weight(const PlannedOperator& op) {
    const auto& site = plan_.sites[*op.weight_site];
    const auto& qparams = qparams_[*op.weight_site];
    auto* node = values_.at(op.name)->node();
    const jit::WithInsertPoint here(node);
    auto* weight = argument(node, "weight");
    jit::Value* quantized = nullptr;
    if (site.scheme.granularity() == Granularity::kPerTensor) {
      quantized = insert_per_tensor(weight, qparams);
    } else {
      const auto set = [&](const char* name, const at::Tensor& tensor) {
        const auto path = site.value + name;
        set_attribute(module_, path, tensor, c10::TensorType::get(), /*is_parameter=*/false);
        return emit_attribute(*graph_, module_, path);
      };
      auto* scale = set("_scale", qparams.scales().to(at::kFloat));
      auto* zero_point = set("_zero_point", qparams.zero_points().to(at::kInt));
      quantized = graph_->insert(
          c10::Symbol::fromQualString("aten::fake_quantize_per_channel_affine"),
          {weight, scale, zero_point, site.scheme.axis(), site.scheme.qmin(), site.scheme.qmax()});
    }
    node->replaceInputWith(weight, quantized);
  }

  jit::Value* insert_per_tensor(jit::Value* value, const QParams& qparams) {
    return graph_->insert(
        c10::Symbol::fromQualString("aten::fake_quantize_per_tensor_affine"),
        {value, qparams.scale(), qparams.zero_point(), qparams.scheme().qmin(), qparams.scheme().qmax()});
  }

  jit::Value* insert_after(jit::Value* value, const QParams& qparams) {
    const bool is_input = value->node()->kind() == c10::prim::Param;
    const jit::WithInsertPoint here(is_input ? *graph_->nodes().begin() : value->node()->next());
    auto* quantized = insert_per_tensor(value, qparams);
    quantized->setDebugName(value->debugName() + ":fakequant");
    return quantized;
  }

  void quantize_site(size_t index) {
    const auto& site = plan_.sites[index];
    if (site.role == SiteRole::kOutput) quantize_everywhere(values_.at(site.value), index);
    if (site.role == SiteRole::kInput) quantize_for_int8_readers(values_.at(site.value), index);
  }

  void quantize_everywhere(jit::Value* value, size_t index) {
    auto* quantized = insert_after(value, qparams_[index]);
    value->replaceAllUsesAfterNodeWith(quantized->node(), quantized);
  }

  void quantize_for_int8_readers(jit::Value* value, size_t index) {
    auto* quantized = insert_after(value, qparams_[index]);
    const auto uses = value->uses();
    for (const auto& use : uses) {
      if (use.user == quantized->node() || use.user->outputs().empty()) continue;
      const auto* op = plan_.find(use.user->output(0)->debugName());
      if (op && op->is_int8) use.user->replaceInput(use.offset, quantized);
    }
  }

  const QuantPlan& plan_;
  const std::vector<QParams>& qparams_;
  const std::vector<bool>& enabled_;
  jit::Module module_;
  std::shared_ptr<jit::Graph> graph_;
  std::map<std::string, jit::Value*> values_;
};

}  // namespace

Model simulate(const Model& canonical, const QuantPlan& plan, const std::vector<QParams>& qparams) {
  return simulate_some(canonical, plan, qparams, std::vector<bool>(plan.sites.size(), true));
}

Model simulate_some(const Model& canonical, const QuantPlan& plan, const std::vector<QParams>& qparams,
                    const std::vector<bool>& enabled) {
  QTOOL_ASSERT(enabled.size() == plan.sites.size());
  return Simulation(canonical, plan, qparams, enabled).run();
}

}  // namespace qtool
