#include "improve/correct_outputs.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <c10/util/accumulate.h>

#include <algorithm>
#include <map>

#include "graph/layer_tensors.h"
#include "graph/probe.h"
#include "grid/along_axis.h"
#include "improve/quantized_layers.h"
#include "measure/chance.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

constexpr double kLargestCorrection = 2;

/// First and second moments of each channel, float64 [C].
struct Moments {
  double count = 0;
  at::Tensor sum, square;

  /// `axis`: of the channels.
  void add(const at::Tensor& values, int64_t axis) {
    const auto sizes = values.sizes();
    const int64_t inner = c10::multiply_integers(sizes.slice(static_cast<size_t>(axis) + 1));
    const auto rows = values.to(at::kFloat).reshape({-1, sizes[static_cast<size_t>(axis)], inner});
    // The long axis is summed up in float32, the rest in float64.
    const int64_t longest = inner > 1 ? 2 : 0, other = 2 - longest;
    const auto more = rows.sum({longest}).to(at::kDouble).sum({inner > 1 ? 0 : 1});
    const auto squares = at::norm(rows, 2, {longest}).to(at::kDouble).square().sum({inner > 1 ? 0 : 1});
    sum = sum.defined() ? sum + more : more;
    square = square.defined() ? square + squares : squares;
    count += static_cast<double>(rows.size(longest) * rows.size(other));
  }
  [[nodiscard]] at::Tensor mean() const { return sum / count; }
  [[nodiscard]] at::Tensor deviation() const {
    return (square / count - mean().square()).clamp_min(0).sqrt();
  }
};

/// A layer whose outputs are mended.
struct MendedLayer {
  std::string name, kind;
  size_t site;       ///< of its weight
  bool has_factors;  ///< of its channels
  Moments reference = {}, simulated = {};
  at::Tensor factor = {}, shift = {};  ///< float64 [C]

  /// The axis of the channels in outputs.
  [[nodiscard]] int64_t axis(const at::Tensor& output) const {
    if (kind == "aten::linear") return output.dim() - 1;
    const int64_t spatial = kind[kind.size() - 2] - '0';  // aten::conv2d
    return output.dim() - spatial - 1;
  }

  void add(Moments& moments, const at::Tensor& output) const {
    if (output.numel() > 0) moments.add(output, axis(output));
  }

  void find_correction() {
    factor = at::ones_like(simulated.sum);
    if (has_factors) {
      const auto now = simulated.deviation(), wanted = reference.deviation();
      const auto ratio = (wanted / now).clamp(1 / kLargestCorrection, kLargestCorrection);
      factor = at::where((now > 0).logical_and(wanted > 0), ratio, factor);
    }
    shift = reference.mean() - factor * simulated.mean();
  }

  void apply(const at::Tensor& output) const {
    const auto like_output = [&](const at::Tensor& channels) {
      return along_axis(channels.to(output.scalar_type()), axis(output), output);
    };
    if (has_factors) output.mul_(like_output(factor));
    output.add_(like_output(shift));
  }
};

/// Whether each of the weight's scales is of one of the outputs' channels.
bool scales_channels(const QParams& weight, int64_t channels) {
  if (weight.scheme().granularity() != Granularity::kPerChannel) return false;
  return weight.scheme().group() > 0 || weight.scales().numel() == channels;
}

std::vector<MendedLayer> layers_to_mend(const Solution& solution, const ModelWithLayers& copy,
                                        Correction correction) {
  std::vector<MendedLayer> layers;
  for (const auto& op : solution.plan.operators) {
    const auto tensors = copy.layers.find(op.name);
    if (tensors == copy.layers.end()) continue;
    const bool has_factors =
        correction == Correction::kMeanAndDeviation &&
        scales_channels(solution.qparams[op.weight_grid()], tensors->second.bias.numel());
    layers.push_back({op.name, op.kind, op.weight_grid(), has_factors});
  }
  return layers;
}

/// One pass: what each layer gives in both models, and from it its correction.
void look(std::vector<MendedLayer>& layers, const Solution& solution, const Evidence& evidence) {
  std::vector<std::string> values;
  for (const auto& layer : layers) values.push_back(layer.name);
  Probe reference(evidence.reference, values), simulated(simulate(solution), values);
  const auto source = few_of(evidence.batches).pass();
  for (auto batch = source(); !batch.empty(); batch = source()) {
    same_chance(0);
    (void)reference.run(
        batch, [&](size_t i, const at::Tensor& output) { layers[i].add(layers[i].reference, output); });
    same_chance(0);
    (void)simulated.run(batch, [&](size_t i, const at::Tensor& output) {
      auto& layer = layers[i];
      layer.add(layer.simulated, output);
      if (layer.reference.count == 0 || layer.simulated.count == 0) return;
      layer.find_correction();
      layer.apply(output);
    });
  }
}

void write(const MendedLayer& layer, const LayerTensors& tensors, QParams& qparams) {
  if (!layer.shift.defined()) return;  // it never ran
  tensors.bias.copy_(tensors.bias.to(at::kDouble) * layer.factor + layer.shift);
  if (!layer.has_factors) return;
  tensors.weight.mul_(
      along_axis(layer.factor.to(tensors.weight.scalar_type()), qparams.scheme().axis(), tensors.weight));
  const auto scales = qparams.scales().view({layer.factor.numel(), -1}) * layer.factor.unsqueeze(1);
  qparams = QParams(qparams.scheme(), scales.flatten().to(at::kFloat), qparams.zero_points());
}

}  // namespace

Attempt correct_outputs(const Solution& solution, const Evidence& evidence, Correction correction) {
  const at::NoGradGuard no_grad;
  auto copy = copy_with_layers(solution.model, quantized_layers(solution.plan));
  auto layers = layers_to_mend(solution, copy, correction);
  if (layers.empty()) return {.why_not = kNoLayerOfItsOwn};
  look(layers, solution, evidence);
  Solution mended{std::move(copy.model), solution.plan, solution.qparams};
  for (const auto& layer : layers) write(layer, copy.layers.at(layer.name), mended.qparams[layer.site]);
  return {.solution = std::move(mended)};
}

}  // namespace qtool
