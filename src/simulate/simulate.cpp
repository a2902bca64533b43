#include "simulate/simulate.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "simulate/fake_quant_module.h"
#include "simulate/fake_quant_state.h"
#include "simulate/insert_fake_quant.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

/// Fake-quant by calls of modules.
class ModuleForm : public FakeQuantForm {
 public:
  ModuleForm(jit::Module& module, jit::Graph& graph, const QuantPlan& plan,
             const std::vector<QParams>& qparams)
      : module_(module), graph_(graph), plan_(plan), qparams_(qparams) {}

  jit::Value* weight(jit::Value* weight, size_t site) override { return activation(weight, site); }

  jit::Value* activation(jit::Value* x, size_t site) override {
    add_module(site);
    return call(site, "forward", x);
  }

  std::vector<jit::Value*> recurrence(jit::Node* node, size_t site) override {
    add_module(site);
    const auto method = short_kind(node);
    auto* all = call(site, method.c_str(), node->inputs());
    const auto path = fake_quant_path(plan_.sites[site]);
    const auto& schema = module_at(module_, path).get_method(method).function().getSchema();
    all->setType(schema.returns()[0].type());
    if (is_tensor(all)) return {all};
    return graph_.insertNode(graph_.createTupleUnpack(all))->outputs().vec();
  }

  /// By way of the steps, which observe nothing: the range of a grid is observed in one place.
  jit::Value* again(jit::Value* x, size_t site) override {
    return call(site, "from_steps", call(site, "to_steps", x));
  }

  /// Averages of integers often lie half way between two of them, where the float averages of their real values fall to
  /// either side. So the operator works on the integers, as the kernels do.
  jit::Value* average(jit::Value* x, size_t site) override {
    auto* pool = x->node();
    {
      const jit::WithInsertPoint here(pool);
      pool->replaceInput(0, call(site, "to_steps", pool->input(0)));
    }
    return call(site, "from_steps", x);
  }

 private:
  void add_module(size_t site) {
    const auto made = modules_.make(plan_.sites[site], make_state(qparams_[site]));
    set_attribute(module_, fake_quant_path(plan_.sites[site]), made._ivalue(), made.type(),
                  /*is_parameter=*/false);
  }

  jit::Value* call(size_t site, const char* method, at::ArrayRef<jit::Value*> arguments) {
    std::vector<jit::Value*> inputs = {emit_attribute(graph_, module_, fake_quant_path(plan_.sites[site]))};
    inputs.insert(inputs.end(), arguments.begin(), arguments.end());
    auto* node = graph_.insertNode(graph_.create(c10::prim::CallMethod, inputs));
    node->s_(c10::attr::name, method);
    return node->output();
  }

  FakeQuantModules modules_;
  jit::Module& module_;
  jit::Graph& graph_;
  const QuantPlan& plan_;
  const std::vector<QParams>& qparams_;
};

}  // namespace

Model simulate(const Solution& solution) {
  return simulate_some(solution, std::vector<bool>(solution.plan.sites.size(), true));
}

Model simulate_some(const Solution& solution, const std::vector<bool>& enabled) {
  auto module = rebuild(solution.model.module(), "FakeQuantModel");
  const auto graph = module.get_method("forward").graph();
  ModuleForm form(module, *graph, solution.plan, solution.qparams);
  FakeQuantInsertion(graph, solution.plan, enabled, form).run();
  return Model(module).made_of(solution.model);
}

}  // namespace qtool
