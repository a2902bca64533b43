#include "simulate/simulate.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

#include "graph/attributes.h"
#include "simulate/fake_quant_state.h"
#include "simulate/insert_fake_quant.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr double kAveraging = 0.01;  ///< share of a new batch in the observed range, PyTorch's default

/// Fake-quant on standard operators.
class StandardForm : public FakeQuantForm {
 public:
  StandardForm(jit::Module& module, jit::Graph& graph, const QuantPlan& plan,
               const std::vector<QParams>& qparams)
      : module_(module), graph_(graph), plan_(plan), qparams_(qparams) {}

  jit::Value* weight(jit::Value* weight, size_t site) override { return activation(weight, site); }

  jit::Value* activation(jit::Value* x, size_t site) override {
    add_state(module_, plan_.sites[site], make_state(qparams_[site]), /*learned=*/false);
    return emit(x, site, attribute(site, "scale"), attribute(site, "observe"));
  }

  jit::Value* again(jit::Value* x, size_t site) override {
    return emit(x, site, attribute(site, "scale"), never());
  }

  /// Averages of integers often lie half way between two of them, where the float averages of their real values fall to
  /// either side. So the operator works on the integers, as the kernels do.
  jit::Value* average(jit::Value* x, size_t site) override {
    auto* pool = x->node();
    {
      const jit::WithInsertPoint here(pool);
      auto* steps = graph_.insert(c10::aten::div, {pool->input(0), attribute(site, "scale")});
      pool->replaceInput(0, emit(steps, site, one(), never()));
    }
    return graph_.insert(c10::aten::mul, {emit(x, site, one(), never()), attribute(site, "scale")});
  }

 private:
  jit::Value* attribute(size_t site, const char* name) {
    return emit_attribute(graph_, module_, fake_quant_path(plan_.sites[site]) + "." + name);
  }

  /// The scale of integers.
  jit::Value* one() { return graph_.insertConstant(at::ones({1})); }
  /// A switch that is off: the range of a grid is observed in one place.
  jit::Value* never() { return graph_.insertConstant(at::zeros({1}, at::kLong)); }

  jit::Value* emit(jit::Value* x, size_t site, jit::Value* scale, jit::Value* observe) {
    const auto& scheme = qparams_[site].scheme();
    return graph_.insert(
        c10::Symbol::fromQualString("aten::fused_moving_avg_obs_fake_quant"),
        {x, observe, attribute(site, "enabled"), attribute(site, "low"), attribute(site, "high"), scale,
         attribute(site, "zero_point"), kAveraging, scheme.qmin(), scheme.qmax(), scheme.axis(),
         scheme.granularity() == Granularity::kPerChannel, scheme.symmetry() == Symmetry::kSymmetric});
  }

  jit::Module& module_;
  jit::Graph& graph_;
  const QuantPlan& plan_;
  const std::vector<QParams>& qparams_;
};

}  // namespace

Model simulate(const Model& canonical, const QuantPlan& plan, const std::vector<QParams>& qparams) {
  return simulate_some(canonical, plan, qparams, std::vector<bool>(plan.sites.size(), true));
}

Model simulate_some(const Model& canonical, const QuantPlan& plan, const std::vector<QParams>& qparams,
                    const std::vector<bool>& enabled) {
  auto module = rebuild(canonical.module(), "FakeQuantModel");
  const auto graph = module.get_method("forward").graph();
  StandardForm form(module, *graph, plan, qparams);
  FakeQuantInsertion(graph, plan, enabled, form).run();
  return Model(module);
}

}  // namespace qtool
