#include "export/onednn/onednn_ops.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "export/lowering/int8_lowering.h"
#include "export/onednn/stored_weight.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/probe.h"
#include "grid/affine.h"

namespace qtool {
namespace {

namespace jit = torch::jit;

using Shapes = std::map<std::string, std::vector<int64_t>>;

/// What the layers read, by its value's name, in a batch of one sample.
Shapes layer_shapes(const Solution& solution, const std::vector<at::Tensor>& example) {
  if (example.empty()) return {};
  std::vector<std::string> values;
  for (const auto& op : solution.plan.operators) {
    const bool may_become_padding = op.kind == "aten::constant_pad_nd";
    if (op.is_static() && (op.weight_site || may_become_padding)) values.push_back(op.inputs.at(0));
  }
  Shapes shapes;
  const at::NoGradGuard no_grad;
  (void)Probe(solution.model, values).run(example, [&](size_t index, const at::Tensor& value) {
    auto& shape = shapes[values[index]] = value.sizes().vec();
    if (!shape.empty()) shape[0] = 1;
  });
  return shapes;
}

class OnednnLowering final : public Int8Lowering {
 public:
  OnednnLowering(const Solution& solution, Shapes shapes)
      : Int8Lowering(solution), shapes_(std::move(shapes)) {}

 private:
  jit::Value* emit(const PlannedOperator& op, jit::Node* node) override {
    switch (op.operator_class) {
      case OperatorClass::kLayer:
        return emit_layer(op, node);
      case OperatorClass::kClip:
        return clamp(int8_of(node->input(0)), limits_of(op, node), output_of(op));
      case OperatorClass::kMove:
        return emit_move(op, node);
      case OperatorClass::kPool:
        return emit_average(op, node);
      case OperatorClass::kCombine:
        if (op.kind == "aten::cat") return emit_cat(op, node);
        [[fallthrough]];
      case OperatorClass::kActivation:
      case OperatorClass::kNorm:
      case OperatorClass::kFixed:
      case OperatorClass::kLookUp:
      case OperatorClass::kRecurrent:
        break;
    }
    return clip(op, quantized(emit_in_float(node), op.output_grid()));
  }

  /// Adds 1.5 * 2^23, beside which a float32 has no room for fractions: the sum is rounded, half to even, and its last
  /// byte is the integer. Rounding, limits and zero point one after the other, and then LibTorch's conversion from
  /// float to uint8, its slowest, take three times as long.
  jit::Value* quantized(jit::Value* value, size_t site) override {
    return to_steps(value, 1 / qparams_[site].scale(), qparams_[site]);
  }

  jit::Value* to_steps(jit::Value* value, double steps_per_unit, const QParams& grid) {
    constexpr int64_t kMagic = 3 << 22;
    // An odd number would turn ties around.
    const int64_t odd = grid.zero_point() % 2, offset = kMagic + grid.zero_point() - odd;
    auto* sum = insert("aten::rsub", {value, static_cast<double>(offset), -steps_per_unit});
    const auto limit = [&](int64_t integer) { return static_cast<double>(kMagic + integer - odd); };
    sum = insert("aten::clamp_", {sum, limit(grid.scheme().qmin()), limit(grid.scheme().qmax())});
    auto* steps = insert("aten::to", {insert("aten::to", {sum, at::kInt}), at::kByte});
    return odd ? insert("aten::add_", {steps, int64_t{1}}) : steps;
  }

  jit::Value* dequantized(jit::Value* value, size_t site) override {
    return insert("aten::mul_", {steps_of(value, qparams_[site]), qparams_[site].scale()});
  }

  /// How many steps a value is above zero, in float32.
  jit::Value* steps_of(jit::Value* value, const QParams& grid) {
    auto* steps = insert("aten::to", {value, at::kFloat});
    return grid.zero_point() == 0 ? steps : insert("aten::sub_", {steps, grid.zero_point()});
  }

  struct Limits {
    int64_t low = 0, high = 255;
  };

  /// Where a relu or hardtanh ends on the grid.
  Limits limits_of(const PlannedOperator& op, const jit::Node* clip) const {
    const auto& grid = output_of(op);
    const auto step = [&](double limit) {
      return quantize_value(static_cast<float>(limit), grid.scale(), grid.zero_point(), grid.scheme().qmin(),
                            grid.scheme().qmax());
    };
    if (clip->kind() == c10::aten::relu) return {grid.zero_point(), grid.scheme().qmax()};
    return {step(constant_argument(clip, "min_val").toScalar().toDouble()),
            step(constant_argument(clip, "max_val").toScalar().toDouble())};
  }

  jit::Value* clamp(jit::Value* value, const Limits& limits, const QParams& grid) {
    const bool clamps = limits.low > grid.scheme().qmin() || limits.high < grid.scheme().qmax();
    return clamps ? insert("aten::clamp", {value, limits.low, limits.high}) : value;
  }

  /// A clip that is part of the operator: where the grid does not end with it already.
  jit::Value* clip(const PlannedOperator& op, jit::Value* value) {
    if (!is_clip(op.fused_activation)) return value;
    return clamp(value, limits_of(op, canonical_value(op.output)->node()), output_of(op));
  }

  /// Kernels saturate at 255; a grid of fewer bits ends earlier.
  jit::Value* clamp_to_grid(jit::Value* value, const QParams& grid) {
    return clamp(value, {grid.scheme().qmin(), grid.scheme().qmax()}, QParams(all_of_uint8_, 1, 0));
  }

  jit::Value* emit_layer(const PlannedOperator& op, jit::Node* node) {
    const auto& input = qparams_[plan_.grid_of.at(node->input(0)->debugName())];
    const auto shape = shapes_.find(node->input(0)->debugName());
    const StoredWeight stored(node, tensor_argument(node, "weight"), tensor_argument(node, "bias"),
                              qparams_[op.weight_grid()], input,
                              shape == shapes_.end() ? std::vector<int64_t>() : shape->second);
    keep(stored.state(op.name));
    const auto read = [&](const char* name) {
      return emit_attribute(*graph_, module_, StoredWeight::path(op.name, name));
    };
    std::vector<jit::NamedValue> inputs = {int8_of(node->input(0)), input.scale(),        input.zero_point(),
                                           read("packed"),          read("weight_scale"), no_zero_points()};
    if (!op.fused_sum.empty()) inputs.push_back(sum_of(op));
    inputs.push_back(argument(node, "bias")->mustBeNone() ? argument(node, "bias") : read("bias"));
    for (const auto* name : {"stride", "padding", "dilation", "groups"})
      if (auto* given = argument(node, name)) inputs.push_back(given);
    const auto more =
        op.output_site ? to_grid(op) : std::vector<jit::NamedValue>{1.0, int64_t{0}, at::kFloat};
    inputs.insert(inputs.end(), more.begin(), more.end());
    const auto [activation, algorithm] = post_operator(op);
    inputs.insert(inputs.end(), {activation, no_numbers(), algorithm});
    auto* made = insert("onednn::q" + short_kind(node) + "_pointwise", inputs);
    return op.output_site ? clip(op, clamp_to_grid(made, output_of(op))) : clip_float(op, made);
  }

  /// Arguments from the output's scale to what comes before the activation.
  std::vector<jit::NamedValue> to_grid(const PlannedOperator& op) {
    std::vector<jit::NamedValue> values = {output_of(op).scale(), output_of(op).zero_point(), at::kByte};
    if (op.fused_sum.empty()) return values;
    const auto& summand = qparams_[plan_.grid_of.at(other_operand(op)->debugName())];
    values.insert(values.end(), {summand.scale(), summand.zero_point(), std::string("sum"), 1.0});
    return values;
  }

  /// What the add's other operand is called in the canonical graph.
  jit::Value* other_operand(const PlannedOperator& op) const {
    const auto* add = canonical_value(op.fused_sum)->node();
    return add->input(add->input(0) == canonical_value(op.name) ? 1 : 0);
  }

  /// The kernel writes into what it adds, and takes channels last alone.
  jit::Value* sum_of(const PlannedOperator& op) {
    constexpr auto kChannelsLast = static_cast<int64_t>(at::MemoryFormat::ChannelsLast);
    auto* operand = other_operand(op);
    const char* kind =
        is_done_with(operand, canonical_value(op.fused_sum)->node()) ? "aten::contiguous" : "aten::clone";
    return graph_->insert(c10::Symbol::fromQualString(kind), {int8_of(operand)},
                          {{"memory_format", kChannelsLast}});
  }

  /// Whether the int8 form of a value is memory of its own that nothing reads once `add` has run.
  bool is_done_with(const jit::Value* value, const jit::Node* add) const {
    const auto made_by_layer = [&](const PlannedOperator& op) {
      return op.is_static() && op.weight_site && op.output == value->debugName();
    };
    return std::any_of(plan_.operators.begin(), plan_.operators.end(), made_by_layer) &&
           std::all_of(value->uses().begin(), value->uses().end(), [&](const jit::Use& use) {
             return use.user == add || (is_layer_of_its_own(use.user) && use.user->isBefore(add));
           });
  }

  /// One that stands where it stood in the canonical graph.
  bool is_layer_of_its_own(const jit::Node* node) const {
    const auto* op = node->outputs().size() == 1 ? plan_.find(node->output()->debugName()) : nullptr;
    return op && op->is_static() && op->weight_site && op->fused_sum.empty();
  }

  /// The name of an activation that the kernel does before it rounds, and which form of it.
  std::pair<std::string, std::string> post_operator(const PlannedOperator& op) const {
    if (op.fused_activation == "aten::hardswish") return {"hardswish", ""};
    if (op.fused_activation == "aten::silu") return {"swish", ""};
    if (is_relu_of_kernel(op)) return {"relu", ""};
    if (op.fused_activation != "aten::gelu") return {"none", ""};
    return {"gelu", constant_argument(canonical_value(op.output)->node(), "approximate").toStringRef()};
  }

  /// A grid clips on its own.
  static bool is_relu_of_kernel(const PlannedOperator& op) {
    return !op.output_site && op.fused_activation == "aten::relu" && op.kind != "aten::conv3d";
  }

  static bool is_clip(const std::string& kind) { return kind == "aten::relu" || kind == "aten::hardtanh"; }

  jit::Value* clip_float(const PlannedOperator& op, jit::Value* value) {
    const bool clips = is_clip(op.fused_activation) && !is_relu_of_kernel(op);
    return clips ? emit_on(value, canonical_value(op.output)->node()) : value;
  }

  /// All weights are symmetric.
  jit::Value* no_zero_points() {
    if (!no_zero_points_) {
      const jit::WithInsertPoint first(*graph_->nodes().begin());
      no_zero_points_ = graph_->insertConstant(at::zeros({1}, at::kInt));
    }
    return no_zero_points_;
  }

  jit::Value* no_numbers() {
    return graph_->insertNode(graph_->createList(c10::OptionalType::create(c10::NumberType::get()), {}))
        ->output();
  }

  jit::Value* emit_move(const PlannedOperator& op, jit::Node* node) {
    auto* x = int8_of(node->input(0));
    if (op.kind.starts_with("aten::max_pool")) return emit_max_pool(x, node);
    if (op.kind != "aten::constant_pad_nd") return emit_on(x, node);
    return insert("aten::constant_pad_nd", {x, argument(node, "pad"), output_of(op).zero_point()});
  }

  /// LibTorch's kernels count the values of bytes in bytes, and refuse more than 255.
  jit::Value* emit_max_pool(jit::Value* x, jit::Node* node) {
    auto* pooled = emit_on(insert("aten::to", {x, at::kFloat}), node);
    return insert("aten::to", {insert("aten::to", {pooled, at::kInt}), at::kByte});
  }

  /// Of the integers, which is rounded to one.
  jit::Value* emit_average(const PlannedOperator& op, jit::Node* node) {
    return to_steps(emit_on(steps_of(int8_of(node->input(0)), output_of(op)), node), 1, output_of(op));
  }

  jit::Value* emit_cat(const PlannedOperator& op, jit::Node* node) {
    std::vector<jit::Value*> elements;
    for (auto* element : node->input(0)->node()->inputs()) elements.push_back(on_grid_of(op, element, node));
    auto* list = graph_->insertNode(graph_->createList(c10::TensorType::get(), elements))->output();
    return clip(op, emit_on(list, node));
  }

  jit::Value* on_grid_of(const PlannedOperator& op, jit::Value* value, jit::Node* node) {
    const auto& grid = qparams_[plan_.grid_of.at(value->debugName())];
    const auto& wanted = output_of(op);
    if (grid.scale() == wanted.scale() && grid.zero_point() == wanted.zero_point()) return int8_of(value);
    return quantized(float_of(value, node), op.output_grid());
  }

  /// The same operator on what the integers stand for.
  jit::Value* emit_in_float(jit::Node* node) {
    std::vector<jit::Value*> inputs;
    for (auto* input : node->inputs())
      inputs.push_back(plan_.grid_of.contains(input->debugName()) ? float_of(input, node) : input);
    return emit_with(inputs, node);
  }

  Shapes shapes_;
  const QuantScheme all_of_uint8_ = QuantScheme::activation(8, Symmetry::kAffine);
  jit::Value* no_zero_points_ = nullptr;
};

}  // namespace

Model lower_to_onednn(const Solution& solution, const std::vector<at::Tensor>& example) {
  return OnednnLowering(solution, layer_shapes(solution, example)).run();
}

}  // namespace qtool
