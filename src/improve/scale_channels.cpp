#include "improve/scale_channels.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <map>

#include "calibrate/solve.h"
#include "graph/layer_tensors.h"
#include "graph/probe.h"
#include "grid/affine.h"
#include "grid/along_axis.h"
#include "grid/by_scale.h"

namespace qtool {
namespace {

constexpr std::array kStrengths = {0.0, 0.25, 0.5, 0.75, 1.0};
constexpr double kLargestFactor = 64;    ///< and its inverse, by the mean of all
constexpr double kLeastShare = 0.1;      ///< share of the noise that a group must lose
constexpr double kLeastOfProduct = 0.5;  ///< the same where it costs a multiplication

/// What a channel held, float64 [C].
struct ChannelRange {
  at::Tensor low, high, square;
  double batches = 0;

  void add(const at::Tensor& values, bool channels_last) {
    const auto rows = values.to(at::kFloat).movedim(channels_last ? -1 : 1, 0).flatten(1);
    const auto lowest = rows.amin(1).to(at::kDouble), highest = rows.amax(1).to(at::kDouble);
    const auto mean_square = rows.square().mean(1).to(at::kDouble);
    low = low.defined() ? at::minimum(low, lowest) : lowest;
    high = high.defined() ? at::maximum(high, highest) : highest;
    square = square.defined() ? square + mean_square : mean_square;
    ++batches;
  }
  [[nodiscard]] at::Tensor largest() const { return at::maximum(high.abs(), low.abs()); }
};

std::vector<ChannelRange> see_channels(const Evidence& evidence, const std::vector<ScalingGroup>& groups) {
  std::vector<std::string> values;
  for (const auto& group : groups) values.push_back(group.channels);
  std::vector<ChannelRange> ranges(groups.size());
  Probe probe(evidence.reference, values);
  const auto source = few_of(evidence.batches).pass();
  for (auto batch = source(); !batch.empty(); batch = source())
    (void)probe.run(
        batch, [&](size_t i, const at::Tensor& value) { ranges[i].add(value, groups[i].channels_last); });
  return ranges;
}

/// A layer's weight [O, I / groups, ...] as [groups, O / groups, I / groups, rest].
at::Tensor by_input_channels(const at::Tensor& weight, int64_t channels) {
  const int64_t groups = channels / weight.size(1);
  return weight.view({groups, weight.size(0) / groups, weight.size(1), -1});
}
/// Values of input channels [I], as they meet such a weight.
at::Tensor as_columns(const at::Tensor& channels, const at::Tensor& weight) {
  return channels.view({channels.numel() / weight.size(1), 1, weight.size(1), 1});
}

/// A layer that reads a group's values.
struct Reader {
  at::Tensor weight;
  QuantScheme scheme;
};

/// Largest weight of each input channel, float64 [I].
at::Tensor largest_weights(const std::vector<Reader>& readers, int64_t channels) {
  at::Tensor largest;
  for (const auto& reader : readers) {
    const auto here = by_input_channels(reader.weight, channels).abs().amax({1, 3}).flatten().to(at::kDouble);
    largest = largest.defined() ? at::maximum(largest, here) : here;
  }
  return largest;
}

/// The grid that covers the weight: cheaper than the best one, and as good for telling which factors are better.
QParams covering(const at::Tensor& weight, const QuantScheme& scheme) {
  const auto rows = rows_by_scale(weight, scheme);
  return QParams::cover(scheme, rows.amin(1).to(at::kDouble), rows.amax(1).to(at::kDouble));
}

/// Noise by signal in the outputs of the readers, added up over output channels, where their inputs are divided by
/// `factor` and their weights multiplied.
double noise(const std::vector<Reader>& readers, const ChannelRange& range, const at::Tensor& factor,
             const QuantScheme& activation) {
  const auto grid = QParams::cover(activation, (range.low / factor).min().item<double>(),
                                   (range.high / factor).max().item<double>());
  const auto square = range.square / range.batches / factor.square();
  double sum = 0;
  for (const auto& reader : readers) {
    const auto columns = as_columns(factor, reader.weight).to(at::kFloat);
    const auto weight =
        (by_input_channels(reader.weight, factor.numel()) * columns).view(reader.weight.sizes()).contiguous();
    const auto error = fake_quantize(weight, covering(weight, reader.scheme)) - weight;
    const int64_t channels = reader.weight.size(1);
    const auto power =
        square.to(at::kFloat).view({-1, channels, 1});  // of the inputs of each group of outputs
    const auto squares_of = [&](const at::Tensor& w) {
      return by_input_channels(w, factor.numel()).square().sum({3});
    };
    const auto of_weight = squares_of(error).matmul(power).squeeze(2);
    const auto squares = squares_of(weight);
    const auto of_input = squares.sum({2}) * (grid.scale() * grid.scale() / 12);
    const auto signal = squares.matmul(power).squeeze(2);
    const auto ratio = (of_weight + of_input) / signal.clamp_min(1e-30);
    sum += at::where(signal > 0, ratio, at::zeros_like(ratio)).mean().item<double>();
  }
  return sum;
}

/// Factors of one strength; 1 for channels that hold nothing, or are cut off.
at::Tensor factors(const ChannelRange& range, const at::Tensor& weights, double strength,
                   const std::optional<double>& clip) {
  const auto values = range.largest();
  const auto used = (values > 0).logical_and(weights > 0);
  const auto logs = at::where(
      used, values.clamp_min(1e-30).log() * strength - weights.clamp_min(1e-30).log() * (1 - strength),
      at::zeros_like(values));
  const double middle = logs.sum().item<double>() / std::max(1.0, used.sum().item<double>());
  auto factor = (logs - middle).exp().clamp(1 / kLargestFactor, kLargestFactor);
  if (clip) {
    factor = at::maximum(factor, values / *clip);
    factor = at::where(range.high >= *clip * 0.999, at::ones_like(factor), factor);
  }
  return at::where(used, factor, at::ones_like(factor)).to(at::kFloat).to(at::kDouble);
}

/// The best factors; undefined where none helps.
at::Tensor best_factors(const std::vector<Reader>& readers, const ChannelRange& range,
                        const QuantScheme& activation, const ScalingGroup& group) {
  const auto weights = largest_weights(readers, range.low.numel());
  double least = noise(readers, range, at::ones_like(range.low), activation) *
                 (1 - (group.producer.empty() ? kLeastOfProduct : kLeastShare));
  at::Tensor best;
  for (const double strength : kStrengths) {
    const auto factor = factors(range, weights, strength, group.clip);
    const double now = noise(readers, range, factor, activation);
    if (!(now < least)) continue;
    least = now;
    best = factor;
  }
  return best;
}

/// What is changed.
struct Scaled {
  Solution solution;
  std::map<std::string, LayerTensors> layers;

  [[nodiscard]] std::optional<size_t> weight_site(const std::string& op) const {
    const auto* planned = solution.plan.find(op);
    return planned ? planned->weight_site : std::nullopt;
  }
  void solve_weight_of(const std::string& op) {
    if (const auto site = weight_site(op))
      solution.qparams[*site] = solve_weight(layers.at(op).weight, solution.plan.sites[*site].scheme);
  }
};

/// The readers with their weights; none where a weight is not the layer's own.
std::vector<Reader> readers_of(const ScalingGroup& group, const Scaled& scaled) {
  std::vector<Reader> readers;
  for (const auto& name : group.readers) {
    const auto tensors = scaled.layers.find(name);
    if (tensors == scaled.layers.end()) return {};
    readers.push_back({tensors->second.weight, scaled.solution.plan.sites[*scaled.weight_site(name)].scheme});
  }
  return readers;
}

/// Whether dividing the channels of a producer's weight leaves its integers as they are.
bool can_be_divided(const ScalingGroup& group, const Scaled& scaled) {
  if (group.producer.empty()) return true;
  if (!scaled.layers.contains(group.producer)) return false;
  const auto site = scaled.weight_site(group.producer);
  return !site || scaled.solution.plan.sites[*site].scheme.granularity() == Granularity::kPerChannel;
}

void divide(const LayerTensors& producer, const at::Tensor& factor) {
  const auto by = factor.to(at::kFloat);
  producer.weight.div_(along_axis(by, 0, producer.weight));
  producer.bias.div_(by);
}

/// The plan of a model where the group's readers read `product`.
void plan_product(QuantPlan& plan, const ScalingGroup& group, const std::string& product) {
  const auto& value = group.channels;
  const size_t site = plan.grid_of.at(value);
  plan.sites[site].value = product;
  plan.grid_of.erase(value);
  plan.grid_of[product] = site;
  const auto is_reader = [&](const PlannedOperator& op) {
    return std::find(group.readers.begin(), group.readers.end(), op.name) != group.readers.end();
  };
  for (auto& op : plan.operators)
    if (is_reader(op)) std::replace(op.inputs.begin(), op.inputs.end(), value, product);
  PlannedOperator times;
  times.name = times.output = product;
  times.kind = "aten::mul";
  times.operator_class = OperatorClass::kCombine;
  times.reason = "its factors make channels alike before they are rounded";
  times.inputs = {value};
  plan.operators.insert(std::find_if(plan.operators.begin(), plan.operators.end(), is_reader), times);
}

/// Returns the values that hold something else then.
std::vector<std::string> apply(const ScalingGroup& group, const at::Tensor& factor, Scaled& scaled) {
  for (const auto& name : group.readers) {
    const auto& weight = scaled.layers.at(name).weight;
    by_input_channels(weight, factor.numel()).mul_(as_columns(factor, weight).to(at::kFloat));
  }
  if (!group.producer.empty()) {
    divide(scaled.layers.at(group.producer), factor);
    return group.values;
  }
  auto& [model, plan, qparams] = scaled.solution;
  const auto product =
      multiply_before(model, group.channels, group.readers, factor.reciprocal().to(at::kFloat));
  plan_product(plan, group, product);
  return {product};
}

/// The grid of the values that the group's readers read; none where it is not from calibration.
std::optional<QuantScheme> grid_of(const ScalingGroup& group, const QuantPlan& plan) {
  const auto site = plan.grid_of.find(group.channels);
  if (site == plan.grid_of.end()) return std::nullopt;
  return plan.sites[site->second].is_calibrated() ? std::optional(plan.sites[site->second].scheme)
                                                  : std::nullopt;
}

std::vector<std::string> names_in(const std::vector<ScalingGroup>& groups) {
  std::vector<std::string> names;
  for (const auto& group : groups) {
    names.push_back(group.producer);
    names.insert(names.end(), group.readers.begin(), group.readers.end());
  }
  return names;
}

}  // namespace

Attempt scale_channels(const Solution& solution, const Evidence& evidence,
                       const std::vector<ScalingGroup>& groups) {
  const at::NoGradGuard no_grad;
  auto copy = copy_with_layers(solution.model, names_in(groups));
  Scaled scaled{{std::move(copy.model), solution.plan, solution.qparams}, std::move(copy.layers)};
  const auto ranges = see_channels(evidence, groups);
  std::vector<std::string> moved, changed;
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto& group = groups[i];
    const auto scheme = grid_of(group, scaled.solution.plan);
    const auto readers = readers_of(group, scaled);
    const bool is_done = std::find(moved.begin(), moved.end(), group.channels) != moved.end();
    if (is_done || !scheme || readers.empty() || !can_be_divided(group, scaled) || ranges[i].batches == 0)
      continue;
    const auto factor = best_factors(readers, ranges[i], *scheme, group);
    if (!factor.defined()) continue;
    const auto values = apply(group, factor, scaled);
    moved.insert(moved.end(), values.begin(), values.end());
    if (!group.producer.empty()) changed.push_back(group.producer);
    changed.insert(changed.end(), group.readers.begin(), group.readers.end());
  }
  if (moved.empty()) return {.why_not = "channels are as alike as they can be made"};
  for (const auto& name : changed) scaled.solve_weight_of(name);
  return {.solution = std::move(scaled.solution), .moved = std::move(moved)};
}

}  // namespace qtool
