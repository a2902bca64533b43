#include "plan/plan.h"

#include <algorithm>
#include <set>

#include "plan/float_outputs.h"
#include "plan/resolve.h"
#include "plan/same_shape.h"
#include "plan/weight_groups.h"

namespace qtool {
namespace {

bool is_quantized(const OperatorView& view) { return view.kind.starts_with("quantized::"); }

/// Walks the operators in the order in which they run, and knows of each value so far whether an int8 kernel
/// makes it.
class Planner {
 public:
  Planner(const GraphView& graph, const Recipe& recipe, const Backend& backend, KeptFloat kept_float)
      : graph_(graph), recipe_(recipe), backend_(backend), shapes_(graph) {
    plan_.kept_float = std::move(kept_float);
  }

  QuantPlan run() {
    for (const auto& view : graph_.operators) add(view);
    widen_what_only_float_reads();
    if (backend_.float_outputs) drop_grids_of_float_readers(plan_);
    return std::move(plan_);
  }

 private:
  void add(const OperatorView& view) {
    PlannedOperator op;
    op.name = view.name;
    op.kind = view.kind;
    op.inputs = view.inputs;
    op.output = view.name;
    settings_ = resolve(recipe_, {view.name, view.kind});
    op.reason = reason_for_float(view);
    op.precision = op.reason.empty() ? precision_of(view) : Precision::kFloat;
    if (const auto* row = find_operator(view.kind)) op.operator_class = row->operator_class;
    if (op.is_static()) place_on_grid(view, op);
    if (op.precision == Precision::kDynamic) add_input_at_run_time(op);
    if (op.precision == Precision::kDynamic || op.precision == Precision::kWeightOnly)
      add_float_weights(view, op);
    if (op.precision == Precision::kWeightOnly && settings_.mode != Mode::kWeightOnly)
      op.reason = why_not_at_run_time(view);
    if (const auto missing = missing_groups(view, op, settings_, backend_); !missing.empty())
      op.reason += (op.reason.empty() ? "" : "; ") + missing;
    plan_.operators.push_back(std::move(op));
  }

  [[nodiscard]] bool is_int8_value(const std::string& value) const {
    const auto site = plan_.grid_of.find(value);
    return site != plan_.grid_of.end() && plan_.sites[site->second].role == SiteRole::kOutput;
  }

  /// How an operator runs that can be quantized as its settings ask.
  [[nodiscard]] Precision precision_of(const OperatorView& view) const {
    const auto* row = find_operator(view.kind);
    if (row && row->operator_class == OperatorClass::kLookUp) return Precision::kWeightOnly;
    if (row && row->operator_class == OperatorClass::kRecurrent) return precision_of_recurrence(view);
    if (!row || row->operator_class != OperatorClass::kLayer || settings_.mode == Mode::kStatic)
      return Precision::kStatic;
    const bool is_dynamic = settings_.mode == Mode::kDynamic && row->has_dynamic_form;
    return is_dynamic ? Precision::kDynamic : Precision::kWeightOnly;
  }

  /// No kernel has their grids before, so that they are dynamic in mode static, too.
  [[nodiscard]] Precision precision_of_recurrence(const OperatorView& view) const {
    const bool is_dynamic = settings_.mode != Mode::kWeightOnly && why_not_at_run_time(view).empty();
    return is_dynamic ? Precision::kDynamic : Precision::kWeightOnly;
  }

  /// Why no kernel quantizes what a recurrent operator reads when it comes; empty: one does.
  [[nodiscard]] std::string why_not_at_run_time(const OperatorView& view) const {
    const auto* row = find_operator(view.kind);
    if (row->operator_class != OperatorClass::kRecurrent) return "";
    if (!row->has_dynamic_form) return "there is no int8 kernel of " + view.kind;
    if (!backend_.dynamic_recurrence) return "a target, or training, has none of its grids at run time";
    if (view.kind.ends_with("_cell")) return "";
    // The form that takes a packed sequence has no such argument.
    if (!view.numbers.contains("batch_first")) return "its sequences are packed";
    if (std::any_of(view.listed_weights.begin(), view.listed_weights.end(),
                    [](const auto& weight) { return weight.name.starts_with("weight_hr"); }))
      return "no int8 kernel has its projections";
    return "";
  }

  /// Empty: it can be int8.
  [[nodiscard]] std::string reason_for_float(const OperatorView& view) {
    const auto* row = find_operator(view.kind);
    if (is_quantized(view)) return "it is quantized already";
    const bool is_taken = layer_that_takes(view) != nullptr;
    if (!row && !is_taken) return "no int8 form of " + view.kind;
    if (view.in_control_flow && (!row || precision_of(view) == Precision::kStatic))
      return "inside an if or a loop" + (view.source.empty() ? "" : " at " + view.source);
    if (!view.changed_by.empty()) return "its input or result is changed in place by " + view.changed_by;
    if (!settings_.skipped_by.empty()) return "recipe: " + settings_.skipped_by;
    if (const auto kept = plan_.kept_float.find(view.name); kept != plan_.kept_float.end())
      return kept->second;
    if (const auto precision = precision_of(view); row && precision != Precision::kStatic)
      return reason_for_float_weight(view, precision);
    if (backend_.objection)
      if (auto objection = backend_.objection(view); !objection.empty()) return objection;
    if (!row) return "";
    if (!is_taken && backend_.better_in_float)
      if (auto reason = backend_.better_in_float(view); !reason.empty()) return reason;
    if (backend_.symmetric_activations && row->operator_class == OperatorClass::kFixed &&
        row->fixed.zero_point != QuantScheme::activation(8, Symmetry::kSymmetric).middle())
      return "its kernel has a zero point of its own, and a target wants the middle";
    if (row->operator_class == OperatorClass::kLayer) return reason_for_float_layer(view);
    if (view.numbers.contains("dtype")) return "it changes the type";
    if (row->operator_class == OperatorClass::kNorm) {
      if (auto reason = reason_for_float_norm(view); !reason.empty()) return reason;
    } else if (!view.fixed_inputs.empty()) {
      return "reads the parameter " + view.fixed_inputs[0];
    }
    if (row->operator_class == OperatorClass::kCombine && view.inputs.size() < 2)
      return "its other operand is a number";
    if (view.kind == "aten::add" && view.numbers.contains("alpha") && view.numbers.at("alpha") != 1)
      return "it scales its second operand";
    if (view.kind == "aten::constant_pad_nd" &&
        (!view.numbers.contains("value") || view.numbers.at("value") != 0))
      return "it pads with another value than 0";
    for (const auto& input : view.inputs)
      if (!is_int8_value(input)) return "its input " + input + " is float";
    return "";
  }

  /// Of an operator whose input and output are float.
  [[nodiscard]] std::string reason_for_float_weight(const OperatorView& view, Precision precision) const {
    if (find_operator(view.kind)->operator_class == OperatorClass::kRecurrent)
      return reason_for_float_recurrence(view);
    if (!view.weight.defined()) return "its weight is computed, not a parameter";
    if (view.weight.scalar_type() != at::kFloat)
      return std::string("its weight is ") + view.weight.toString();
    if (precision == Precision::kDynamic && view.inputs.size() != 1)
      return "its bias is computed, not a parameter";
    if (view.kind != "aten::embedding") return "";
    if (!backend_.int8_tables) return "a target holds no tables in int8";
    if (!view.numbers.contains("sparse") || view.numbers.at("sparse") != 0) return "its gradient is sparse";
    return "";
  }

  [[nodiscard]] static std::string reason_for_float_recurrence(const OperatorView& view) {
    if (view.inputs.empty()) return "it reads no input";
    if (view.listed_weights.empty()) return "its weights are computed, not parameters";
    for (const auto& weight : view.listed_weights)
      if (weight.value.scalar_type() != at::kFloat)
        return "its " + weight.name + " is " + weight.value.toString();
    return "";
  }

  [[nodiscard]] static std::string reason_for_float_layer(const OperatorView& view) {
    if (!view.weight.defined()) return "its weight is computed, not a parameter";
    if (view.weight.scalar_type() != at::kFloat)
      return std::string("its weight is ") + view.weight.toString();
    if (view.inputs.size() != 1) return "its bias is computed, not a parameter";
    if (view.kind == "aten::linear") return "";
    if (!view.lists.contains("padding")) return "its padding is computed, or not the same on both sides";
    if (!view.lists.contains("stride") || !view.lists.contains("dilation") ||
        !view.numbers.contains("groups"))
      return "its stride, dilation or groups are computed";
    return "";
  }

  [[nodiscard]] static std::string reason_for_float_norm(const OperatorView& view) {
    if (view.inputs.size() != 1) return "its mean, variance, weight or bias is computed";
    if (!view.numbers.contains("training") || view.numbers.at("training") != 0)
      return "it takes mean and variance from the batch";
    return "";
  }

  void place_on_grid(const OperatorView& view, PlannedOperator& op) {
    if (auto* layer = layer_that_takes(view)) return fuse(*layer, op);
    switch (op.operator_class) {
      case OperatorClass::kLayer:
        quantize_inputs(op);
        add_weight(view, op);
        add_output(op);
        break;
      case OperatorClass::kCombine:
      case OperatorClass::kActivation:
      case OperatorClass::kNorm:
        add_output(op);
        break;
      case OperatorClass::kFixed:
        add_output(op);
        plan_.sites.back().source = GridSource::kFixed;
        plan_.sites.back().fixed = find_operator(view.kind)->fixed;
        plan_.sites.back().scheme = QuantScheme::activation(8, Symmetry::kAffine);
        break;
      case OperatorClass::kClip:
        if (!fuse_clip(view, op)) keep_grid(op);
        break;
      case OperatorClass::kMove:
      case OperatorClass::kPool:
        keep_grid(op);
        break;
      case OperatorClass::kLookUp:     // is never static,
      case OperatorClass::kRecurrent:  // nor is this
        break;
    }
  }

  [[nodiscard]] QuantScheme activation_scheme() const {
    return QuantScheme::activation(
        std::min(settings_.activation_bits, backend_.activation_bits),
        backend_.symmetric_activations ? Symmetry::kSymmetric : settings_.activation_symmetry);
  }

  size_t add_site(const std::string& name, SiteRole role, const std::string& value,
                  const QuantScheme& scheme) {
    plan_.sites.push_back({name + ":" + to_string(role), name, role, value, scheme, settings_.calibrator});
    return plan_.sites.size() - 1;
  }

  void quantize_inputs(const PlannedOperator& op) {
    for (const auto& input : op.inputs)
      if (!plan_.grid_of.contains(input))
        plan_.grid_of[input] = add_site(op.name, SiteRole::kInput, input, activation_scheme());
  }

  void add_input_at_run_time(PlannedOperator& op) {
    const auto scheme = QuantScheme::activation(backend_.activation_bits, Symmetry::kAffine);
    const auto site = add_site(op.name, SiteRole::kInput, op.inputs[0], scheme);
    plan_.sites[site].source = GridSource::kRunTime;
    if (settings_.activation_bits < scheme.bits())
      op.reason =
          "its input has " + std::to_string(scheme.bits()) + " bits, as kernels that find the grid give it";
  }

  /// Of a weight that is computed with in float: no kernel limits it.
  [[nodiscard]] QuantScheme float_weight_scheme(const PlannedOperator& op, const at::Tensor& weight) const {
    const auto scheme = QuantScheme::weight(settings_.weight_bits, settings_.weight_granularity,
                                            find_operator(op.kind)->weight_axis);
    const bool has_groups =
        settings_.group_size > 0 && why_no_groups(op, weight, settings_, backend_).empty();
    return has_groups ? scheme.in_groups_of(settings_.group_size) : scheme;
  }

  /// Of an operator that reads a float input.
  void add_float_weights(const OperatorView& view, PlannedOperator& op) {
    for (const auto& weight : view.listed_weights) {
      const auto site =
          add_site(op.name, SiteRole::kWeight, weight.path, float_weight_scheme(op, weight.value));
      plan_.sites[site].name = op.name + "." + weight.name + ":" + to_string(SiteRole::kWeight);
      plan_.sites[site].seen_as = plan_.sites[site].name;
      op.listed_weight_sites[weight.index] = site;
    }
    if (!op.listed_weight_sites.empty()) return;
    op.weight_site =
        add_site(op.name, SiteRole::kWeight, view.weight_path, float_weight_scheme(op, view.weight));
  }

  /// Why the weight must not have more than 7 bits; empty: it may.
  [[nodiscard]] std::string weight_limit(const OperatorView& view, const PlannedOperator& op) const {
    const auto& input = plan_.sites[plan_.grid_of.at(op.inputs[0])];
    if (input.scheme.bits() > backend_.activation_bits)
      return "7-bit weight: its input is the 8-bit " + input.op + ", and this processor adds in 16 bits";
    return backend_.needs_7_bit_weight ? backend_.needs_7_bit_weight(view) : "";
  }

  void add_weight(const OperatorView& view, PlannedOperator& op) {
    const auto* row = find_operator(view.kind);
    auto granularity = settings_.weight_granularity;
    if (granularity == Granularity::kPerChannel && !row->per_channel_weights) {
      granularity = Granularity::kPerTensor;
      op.reason = "one scale for the whole weight: LibTorch's kernel takes no more";
    }
    auto bits = settings_.weight_bits;
    const auto limit = weight_limit(view, op);
    if (!limit.empty() && bits > 7) {
      bits = 7;
      op.reason = limit;
    }
    const auto scheme = QuantScheme::weight(bits, granularity, row->weight_axis);
    op.weight_site = add_site(op.name, SiteRole::kWeight, view.weight_path, scheme);
  }

  void add_output(PlannedOperator& op) {
    op.output_site = add_site(op.name, SiteRole::kOutput, op.output, activation_scheme());
    plan_.grid_of[op.output] = *op.output_site;
    if (settings_.activation_bits_by_rule) kept_bits_.insert(*op.output_site);
  }

  void keep_grid(PlannedOperator& op) {
    op.output_site = plan_.grid_of.at(op.inputs[0]);
    plan_.grid_of[op.output] = *op.output_site;
  }

  /// The operator that makes the clip's input takes the clip over where nobody else reads what lies between:
  /// a grid that begins at zero clips below, one that ends where the clip does clips above.
  bool fuse_clip(const OperatorView& view, PlannedOperator& clip) {
    const auto& between = view.inputs[0];
    const auto is_maker = [&](const PlannedOperator& op) { return op.is_static() && op.output == between; };
    const auto maker = std::find_if(plan_.operators.begin(), plan_.operators.end(), is_maker);
    if (maker == plan_.operators.end() || !maker->fused_activation.empty() || graph_.uses.at(between) != 1)
      return false;
    const bool own_grid = maker->operator_class == OperatorClass::kLayer ||
                          maker->operator_class == OperatorClass::kCombine ||
                          maker->operator_class == OperatorClass::kNorm;
    auto& site = plan_.sites[maker->output_grid()];
    const bool clips = site.scheme.symmetry() == Symmetry::kAffine || backend_.symmetric_activations;
    if (!own_grid || !clips) return false;
    if (view.kind == "aten::hardtanh" &&
        (!view.numbers.contains("min_val") || view.numbers.at("min_val") != 0))
      return false;
    fuse(*maker, clip);
    return true;
  }

  void fuse(PlannedOperator& maker, PlannedOperator& next) {
    if (next.kind == "aten::add") {
      maker.fused_sum = next.name;
      for (const auto& input : next.inputs)
        if (input != maker.output) maker.inputs.push_back(input);
    } else {
      maker.fused_activation = next.kind;
    }
    plan_.grid_of.erase(maker.output);
    maker.output = next.output;
    plan_.sites[maker.output_grid()].value = next.output;
    plan_.grid_of[next.output] = maker.output_grid();
    next.fused_into = maker.name;
    next.output_site = maker.output_site;
  }

  /// The layer whose kernel can do this operator, too, where nobody else reads what lies between; null: there is none.
  [[nodiscard]] PlannedOperator* layer_that_takes(const OperatorView& view) {
    if (!backend_.fuses) return nullptr;
    for (auto& op : plan_.operators) {
      const bool is_before =
          op.is_static() && op.weight_site && op.fused_activation.empty() && op.fused_sum.empty() &&
          std::find(view.inputs.begin(), view.inputs.end(), op.output) != view.inputs.end();
      if (is_before && graph_.uses.at(op.output) == 1 && backend_.fuses(op.kind, view) &&
          adds_like_shapes(view))
        return &op;
    }
    return nullptr;
  }

  /// True of any operator that is not an add of two tensors that may broadcast.
  [[nodiscard]] bool adds_like_shapes(const OperatorView& view) const {
    return view.inputs.size() == 1 || shapes_.are_same(view.inputs[0], view.inputs[1]);
  }

  /// Few bits are for the kernels that read the tensor. Where none does, as with the logits that the model returns,
  /// they would save nothing, and make classes tie.
  void widen_what_only_float_reads() {
    const auto read = grids_that_kernels_read(plan_);
    for (size_t i = 0; i < plan_.sites.size(); ++i) {
      auto& site = plan_.sites[i];
      if (site.role != SiteRole::kOutput || !site.is_calibrated() || read.contains(i) ||
          kept_bits_.contains(i))
        continue;
      site.scheme = QuantScheme::activation(backend_.activation_bits, site.scheme.symmetry());
    }
  }

  const GraphView& graph_;
  const Recipe& recipe_;
  const Backend& backend_;
  ImageShapes shapes_;
  Resolved settings_;           ///< of the operator at hand
  std::set<size_t> kept_bits_;  ///< sites whose bits a rule asks for
  QuantPlan plan_;
};

void check_is_float(const GraphView& graph) {
  const auto quantized = std::find_if(graph.operators.begin(), graph.operators.end(), is_quantized);
  if (quantized == graph.operators.end()) return;
  throw Error(ErrorKind::kUnquantizable, {.what = "this model is quantized already",
                                          .where = quantized->name,
                                          .got = quantized->kind,
                                          .expected = "a float model",
                                          .fix = "give the float model that it was made from"});
}

}  // namespace

size_t PlannedOperator::weight_grid() const {
  QTOOL_ASSERT(weight_site.has_value());
  return *weight_site;
}

size_t PlannedOperator::output_grid() const {
  QTOOL_ASSERT(output_site.has_value());
  return *output_site;
}

std::string PlannedOperator::remark() const {
  if (precision == Precision::kFloat || is_static()) return reason;
  return to_string(precision) + (reason.empty() ? "" : ": " + reason);
}

const PlannedOperator* QuantPlan::find(const std::string& name) const {
  const auto op =
      std::find_if(operators.begin(), operators.end(), [&](const auto& o) { return o.name == name; });
  return op == operators.end() ? nullptr : &*op;
}

size_t QuantPlan::int8_layers() const {
  return static_cast<size_t>(std::count_if(operators.begin(), operators.end(), [](const auto& op) {
    return (op.is_static() || op.precision == Precision::kDynamic) && op.has_weight_site();
  }));
}

bool QuantPlan::has_int8_weights() const {
  return std::any_of(operators.begin(), operators.end(), [](const auto& op) { return op.has_weight_site(); });
}

std::string why_nothing_is_int8(const QuantPlan& plan) {
  std::string reasons;
  for (const auto& op : plan.operators)
    if (op.operator_class == OperatorClass::kLayer && find_operator(op.kind) && reasons.size() < 300)
      reasons += (reasons.empty() ? "" : "; ") + op.name + ": " + op.reason;
  if (!reasons.empty()) return reasons;
  return std::to_string(plan.operators.size()) + " operators, no convolution or linear layer";
}

QuantPlan propose_plan(const GraphView& graph, const Recipe& recipe, const Backend& backend,
                       KeptFloat kept_float) {
  std::vector<Matchable> candidates;
  for (const auto& op : graph.operators) candidates.push_back({op.name, op.kind});
  check_patterns(recipe, candidates);
  return Planner(graph, recipe, backend, std::move(kept_float)).run();
}

QuantPlan make_plan(const GraphView& graph, const Recipe& recipe, const Backend& backend,
                    KeptFloat kept_float) {
  check_is_float(graph);
  auto plan = propose_plan(graph, recipe, backend, std::move(kept_float));
  if (plan.has_int8_weights()) return plan;
  throw Error(ErrorKind::kUnquantizable,
              {.what = "nothing in this model can be quantized as asked",
               .got = why_nothing_is_int8(plan),
               .expected = "at least one convolution, linear layer, LSTM or GRU with a float32 weight",
               .fix = "run `qtool inspect MODEL` for the reason of each operator"});
}

}  // namespace qtool
