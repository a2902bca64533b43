#include "qat/training_model.h"

#include <ATen/ops/zeros.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <limits>
#include <set>
#include <string>

#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "qat/batch_norm_in_fold.h"
#include "qat/fake_quant_activation.h"
#include "qat/fake_quant_ops.h"
#include "qat/join_batch_norm.h"
#include "qat/training_operator.h"
#include "simulate/fake_quant_state.h"
#include "simulate/insert_fake_quant.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

constexpr const char* kFrozen = "batch_norm_frozen";

/// What a ReLU or hardtanh that ends in the value would do.
struct Clip {
  jit::Value* input;
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};

Clip clip_before(jit::Value* value) {
  auto* node = value->node();
  if (node->kind() == c10::aten::relu) return {.input = node->input(0), .low = 0};
  if (short_kind(node) != "hardtanh") return {.input = value};
  const auto low = constant_argument(node, "min_val"), high = constant_argument(node, "max_val");
  if (!low.isScalar() || !high.isScalar()) return {.input = value};
  return {.input = node->input(0), .low = low.toScalar().toDouble(), .high = high.toScalar().toDouble()};
}

bool is_learned(StepSize step, const Site& site) {
  const int64_t most_bits = site.role == SiteRole::kWeight ? 3 : 4;  // see StepSize::kAuto
  return step == StepSize::kLearned || (step == StepSize::kAuto && site.scheme.bits() <= most_bits);
}

/// Fake-quant on our own operators. Clips become part of it, their nodes are dead then.
class TrainingForm : public FakeQuantForm {
 public:
  TrainingForm(jit::Module& module, jit::Graph& graph, const QuantPlan& plan,
               const std::vector<QParams>& qparams, const StepSizes& steps)
      : module_(module), graph_(graph), plan_(plan), qparams_(qparams), steps_(steps) {}

  jit::Value* weight(jit::Value* weight, size_t site) override {
    const auto& scheme = plan_.sites[site].scheme;
    const bool learned = is_learned(steps_.weights, plan_.sites[site]);
    add(site, learned);
    if (scheme.group() == 0) return emit_weight(weight, site, learned);
    auto* rows = graph_.insert(c10::aten::reshape, {weight, std::vector<int64_t>{-1, scheme.group()}});
    return graph_.insert(c10::aten::reshape_as, {emit_weight(rows, site, learned), weight});
  }

  jit::Value* activation(jit::Value* x, size_t site) override {
    const bool learned = learns_activation(site);
    add(site, learned);
    return emit(x, site, attribute(site, "observe"), learned);
  }

  jit::Value* again(jit::Value* x, size_t site) override {
    return emit(x, site, graph_.insertConstant(at::zeros({1}, at::kLong)), learns_activation(site));
  }

  jit::Value* average(jit::Value* x, size_t site) override { return again(x, site); }

 private:
  [[nodiscard]] bool learns_activation(size_t site) const {
    return is_learned(steps_.activations, plan_.sites[site]) &&
           plan_.sites[site].source == GridSource::kSolved;
  }

  void add(size_t site, bool learned) {
    add_state(module_, plan_.sites[site], make_state(qparams_[site]), learned);
  }

  jit::Value* attribute(size_t site, const char* name) {
    return emit_attribute(graph_, module_, fake_quant_path(plan_.sites[site]) + "." + name);
  }

  jit::Value* emit_weight(jit::Value* weight, size_t site, bool learned) {
    const auto& scheme = plan_.sites[site].scheme;
    return graph_.insert(
        c10::Symbol::fromQualString("qtool::fake_quant_weight"),
        {weight, attribute(site, "scale"), attribute(site, "observe"), attribute(site, "enabled"),
         scheme.bits(), scheme.granularity() == Granularity::kPerChannel ? scheme.axis() : -1, learned});
  }

  jit::Value* emit(jit::Value* x, size_t site, jit::Value* observe, bool learned) {
    const auto& scheme = plan_.sites[site].scheme;
    const auto clip = clip_before(x);
    return graph_.insert(
        c10::Symbol::fromQualString("qtool::fake_quant_activation"),
        {clip.input, attribute(site, "low"), attribute(site, "high"), attribute(site, "scale"),
         attribute(site, "zero_point"), observe, attribute(site, "enabled"), scheme.bits(),
         scheme.symmetry() == Symmetry::kSymmetric, learned, clip.low, clip.high});
  }

  jit::Module& module_;
  jit::Graph& graph_;
  const QuantPlan& plan_;
  const std::vector<QParams>& qparams_;
  StepSizes steps_;
};

/// Weights and biases of layers; those of a frozen model were constants and require no gradient yet.
void make_trainable(const jit::Module& module, jit::Graph& graph) {
  for (const auto* node : all_nodes_of(graph.block()))
    for (const char* name : {"weight", "bias"}) {
      const auto* value = argument(node, name);
      const auto path = value ? attribute_path(value) : std::nullopt;
      const auto found = path ? find_attribute(module, *path) : std::nullopt;
      if (found && found->isTensor() && found->toTensor().is_floating_point())
        found->toTensor().set_requires_grad(true);
    }
}

}  // namespace

Model make_training_model(const Model& canonical, const QuantPlan& plan, const std::vector<QParams>& qparams,
                          const StepSizes& steps) {
  register_fake_quant_operators();
  auto module = rebuild(canonical.module(), "TrainingModel");
  const auto graph = module.get_method("forward").graph();
  make_trainable(module, *graph);
  set_attribute(module, kFrozen, at::zeros({1}, at::kLong), c10::TensorType::get(), /*is_parameter=*/false);
  const auto values = put_batch_norms_into_folds(module, *graph, kFrozen);
  TrainingForm form(module, *graph, plan, qparams, steps);
  FakeQuantInsertion(graph, plan, std::vector<bool>(plan.sites.size(), true), form, values).run();
  jit::EliminateDeadCode(graph->block());  // clips that fake-quant does now
  join_batch_norms_with_fake_quant(*graph);
  auto model = Model(module).made_of(canonical);
  TrainingSwitches(model, plan).observe(true);
  return model;
}

void make_buffers_common(const Model& training_model, const QuantPlan& plan, const Peers& peers) {
  const at::NoGradGuard no_grad;
  std::set<const void*> done;
  for (const auto& site : plan.sites) {
    const auto state = state_of(training_model, site);
    for (const auto& tensor : {state.low, state.high, state.scale}) done.insert(tensor.unsafeGetTensorImpl());
    if (site.role == SiteRole::kWeight || !is_on(state.observe) || state.scale.requires_grad()) continue;
    // The smallest is the largest of the negated; an average of extremes is the extreme of averages.
    peers.largest(state.low.neg_());
    state.low.neg_();
    peers.largest(state.high);
    ActivationState{state.low, state.high, state.scale, state.zero_point, state.enabled, site.scheme, true,
                    0,         0}
        .follow_range();
  }
  for (const auto& [name, tensor] : training_model.buffers())
    if (tensor.is_floating_point() && done.count(tensor.unsafeGetTensorImpl()) == 0)
      average(tensor, 1, double(peers.size()), peers);
}

TrainingSwitches::TrainingSwitches(const Model& training_model, const QuantPlan& plan) {
  for (const auto& site : plan.sites) {
    const auto state = state_of(training_model, site);
    if (site.source == GridSource::kSolved) observe_.push_back(state.observe);
    enabled_.push_back(state.enabled);
  }
  batch_norm_frozen_ = find_attribute(training_model.module(), kFrozen)->toTensor();
}

void TrainingSwitches::observe(bool on) {
  for (auto& flag : observe_) flag.fill_(on ? 1 : 0);
}
void TrainingSwitches::enable(bool on) {
  for (auto& flag : enabled_) flag.fill_(on ? 1 : 0);
}
void TrainingSwitches::freeze_batch_norm(bool on) { batch_norm_frozen_.fill_(on ? 1 : 0); }

}  // namespace qtool
