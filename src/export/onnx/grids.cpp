#include "export/onnx/grids.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>

#include "graph/ir/nodes.h"
#include "grid/affine.h"
#include "simulate/insert_fake_quant.h"
#include "solve/integer_biases.h"

namespace qtool::onnx {
namespace {

namespace jit = torch::jit;

const auto kSiteIndex = c10::Symbol::attr("site");

jit::Value* mark(jit::Value* x, size_t site) {
  auto* graph = x->owningGraph();
  auto* node = graph->insertNode(graph->create(on_grid(), {x}));
  node->i_(kSiteIndex, static_cast<int64_t>(site));
  return node->output()->setType(x->type());
}

/// A mark wherever the simulation has fake-quant.
class Marks : public FakeQuantForm {
 public:
  jit::Value* weight(jit::Value* weight, size_t site) override { return mark(weight, site); }
  jit::Value* activation(jit::Value* x, size_t site) override { return mark(x, site); }
  jit::Value* again(jit::Value* x, size_t site) override { return mark(x, site); }
  jit::Value* average(jit::Value* x, size_t site) override { return mark(x, site); }
};

/// A float32 constant of this name.
std::string held_scales(Builder& builder, const at::Tensor& scales, const std::string& name) {
  const auto held = in_fewest_bytes(scales);
  if (held.scalar_type() == at::kFloat) return builder.own_constant(held, name);
  return builder.add("Cast", {builder.own_constant(held, name + "/packed")}, name,
                     {{"to", int64_t(data_type(at::kFloat))}});
}

/// float32, as the file has it.
at::Tensor as_float(double scale) { return at::scalar_tensor(scale, at::kFloat); }

}  // namespace

void Grids::insert(const std::shared_ptr<jit::Graph>& graph) const {
  Marks marks;
  FakeQuantInsertion(graph, plan_, std::vector<bool>(plan_.sites.size(), true), marks).run();
  if (!style_.after_moves) return;
  std::map<std::string, jit::Value*> values;
  for (auto* node : nodes_of(graph->block()))
    for (auto* output : node->outputs()) values[output->debugName()] = output;
  for (const auto& op : plan_.operators) {
    if (!op.is_static() || op.operator_class != OperatorClass::kMove || !op.fused_into.empty()) continue;
    auto* value = values.at(op.output);
    const jit::WithInsertPoint here(value->node()->next());
    auto* marked = mark(value, op.output_grid());
    value->replaceAllUsesAfterNodeWith(marked->node(), marked);
  }
}

void Grids::emit(Emitter& e) const {
  const auto site = static_cast<size_t>(e.node()->i(kSiteIndex));
  auto value = e.conversion().of(e.node()->input(0));
  if (plan_.sites[site].role == SiteRole::kWeight) {
    value.site = site;
    return e.out(std::move(value));
  }
  const auto& qparams = qparams_[site];
  const auto& name = plan_.sites[site].name;
  auto& builder = e.builder();
  auto x = e.tensor(value);
  // QuantizeLinear saturates where its type ends; a grid of fewer bits ends earlier.
  if (qparams.scheme().bits() < 8 && plan_.sites[site].source != GridSource::kFixed)
    x = builder.add(
        "Clip", {x, builder.scalar(qparams.low(), at::kFloat), builder.scalar(qparams.high(), at::kFloat)},
        name + "/clipped");
  const auto scale = builder.own_constant(as_float(qparams.scale()), name + "/scale");
  const auto zero_point =
      style_.signed_activations
          ? builder.own_constant(
                at::scalar_tensor(qparams.zero_point() - qparams.scheme().middle(), at::kLong).to(at::kChar),
                name + "/zero_point")
          : builder.own_constant(at::scalar_tensor(qparams.zero_point(), at::kLong).to(at::kByte),
                                 name + "/zero_point");
  const auto quantized = builder.add("QuantizeLinear", {x, scale, zero_point}, name + "/quantized");
  e.out(
      Converted{.name = builder.add("DequantizeLinear", {quantized, scale, zero_point}, name), .site = site});
}

std::string Grids::held(Builder& builder, const at::Tensor& integers, const QuantScheme& scheme,
                        const std::string& name) const {
  if (style_.int4_weights && scheme.bits() <= 4) return builder.unpacked_int4(integers, name);
  return builder.own_constant(integers, name);
}

/// In blocks of its rows, or of its columns where it is transposed; another number of axes comes of a Reshape.
std::string Grids::weight_in_groups(Emitter& e, const at::Tensor& weight, size_t site,
                                    bool is_transposed) const {
  const auto& qparams = qparams_[site];
  const auto& name = plan_.sites[site].name;
  auto& builder = e.builder();
  const auto turned = [&](const at::Tensor& rows) { return is_transposed ? rows.t().contiguous() : rows; };
  const auto integers = quantize(weight.detach(), qparams).to(at::kChar).flatten(1);
  const auto scales = qparams.scales().to(at::kFloat).view({weight.size(0), -1});
  const auto quantized = held(builder, turned(integers), qparams.scheme(), name + "/quantized");
  auto made =
      builder.add("DequantizeLinear", {quantized, held_scales(builder, turned(scales), name + "/scale")},
                  name, {{"axis", int64_t(is_transposed ? 0 : 1)}, {"block_size", qparams.scheme().group()}});
  if (weight.dim() == 2) return made;
  return builder.add("Reshape", {made, builder.constant(weight.sizes().vec())}, name + "/shaped");
}

std::string Grids::weight(Emitter& e, const at::Tensor& weight, size_t site, bool is_transposed) const {
  if (has_groups(site)) return weight_in_groups(e, weight, site, is_transposed);
  const auto& qparams = qparams_[site];
  const auto& name = plan_.sites[site].name;
  auto& builder = e.builder();
  auto integers = quantize(weight.detach(), qparams).to(at::kChar);
  auto axis = qparams.scheme().axis();
  if (is_transposed) {
    integers = integers.t().contiguous();
    axis = 1 - axis;
  }
  const auto quantized = held(builder, integers, qparams.scheme(), name + "/quantized");
  const bool per_channel = qparams.scheme().granularity() == Granularity::kPerChannel;
  const auto scales = builder.own_constant(
      per_channel ? qparams.scales().to(at::kFloat) : as_float(qparams.scale()), name + "/scale");
  const auto zero_points = builder.own_constant(
      per_channel ? at::zeros_like(qparams.zero_points()).to(at::kChar) : at::scalar_tensor(0, at::kChar),
      name + "/zero_point");
  return builder.add("DequantizeLinear", {quantized, scales, zero_points}, name,
                     per_channel ? Attributes{{"axis", axis}} : Attributes{});
}

std::string Grids::rows(Emitter& e, const at::Tensor& table, size_t site, const std::string& indices) const {
  const auto& qparams = qparams_[site];
  const auto& name = plan_.sites[site].name;
  auto& builder = e.builder();
  const auto pick = [&](const std::string& from) {
    return builder.add("Gather", {from, indices}, from + "/picked", {{"axis", int64_t(0)}});
  };
  const auto integers = pick(
      held(builder, quantize(table.detach(), qparams).to(at::kChar), qparams.scheme(), name + "/quantized"));
  const auto steps = e.cast(integers, at::kChar, at::kFloat);
  if (const auto group = qparams.scheme().group(); group > 0) {
    const auto in_row = table.size(1) / group;
    const auto scales = qparams.scales().to(at::kFloat).view({table.size(0), -1});
    const auto reshaped = [&](const std::string& x, int64_t last) {
      return builder.add("Reshape", {x, builder.constant({-1, in_row, last})}, name + "/groups");
    };
    const auto product = builder.add(
        "Mul", {reshaped(steps, group), reshaped(pick(held_scales(builder, scales, name + "/scale")), 1)},
        name + "/scaled");
    return builder.add("Reshape", {product, builder.add("Shape", {steps}, name + "/shape")}, name);
  }
  const bool has_scales = qparams.scheme().granularity() == Granularity::kPerChannel;
  const auto scale =
      has_scales ? pick(builder.own_constant(qparams.scales().to(at::kFloat).unsqueeze(1), name + "/scale"))
                 : builder.own_constant(as_float(qparams.scale()), name + "/scale");
  return builder.add("Mul", {steps, scale}, name);
}

std::string Grids::bias(Emitter& e, const at::Tensor& bias, size_t input_site, size_t weight_site) const {
  if (!style_.int32_bias) return "";
  const auto& weights = qparams_[weight_site];
  const auto scales = weights.scales().to(at::kFloat).mul(float(qparams_[input_site].scale()));
  const auto steps = whole_steps_of_bias(bias, scales);
  if (!steps.defined()) return "";
  const auto name = e.hint() + ":bias";
  auto& builder = e.builder();
  const auto held = builder.own_constant(steps.to(at::kInt), name + "/quantized");
  const bool per_channel = scales.numel() > 1;
  const auto scale = builder.own_constant(per_channel ? scales : scales.reshape({}), name + "/scale");
  return builder.add("DequantizeLinear", {held, scale}, name,
                     per_channel ? Attributes{{"axis", int64_t(0)}} : Attributes{});
}

}  // namespace qtool::onnx
