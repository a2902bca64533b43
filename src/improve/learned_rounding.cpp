#include "improve/learned_rounding.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "graph/probe.h"
#include "improve/rounded_weight.h"
#include "qat/training_model.h"
#include "simulate/fake_quant_state.h"
#include "simulate/simulate.h"

namespace qtool {
namespace {

/// Until then rounding is not driven to integers, and this is its exponent then, and at the end.
constexpr double kWarmUp = 0.2, kFirstPower = 20, kLastPower = 2;
constexpr double kLeastVariance = 1e-12;

/// Products in a forward pass of one step's samples: as many samples as take so long, so that large images do not take
/// hours.
constexpr double kProductsOfStep = 1e9;
constexpr int64_t kFewestSamples = 4;
constexpr int64_t kSamplesOfError = 256;

/// How many products the layers of a block take for one sample.
double products_of(const Solution& block, const std::map<std::string, LayerTensors>& layers,
                   const BlockSamples& samples) {
  std::vector<std::string> names;
  for (const auto& op : block.plan.operators)
    if (layers.contains(op.name)) names.push_back(op.name);
  double products = 0;
  (void)Probe(block.model, names)
      .run(rows_of(samples.reference, 0, samples.batch), [&](size_t i, const at::Tensor& output) {
        const auto& layer = layers.at(names[i]);
        products += double(layer.weight.numel()) * double(output.numel()) / double(layer.bias.numel());
      });
  return products / double(samples.batch);
}

int64_t samples_of_step(const Solution& block, const std::map<std::string, LayerTensors>& layers,
                        const BlockSamples& samples) {
  if (!samples.any_batch) return samples.batch;
  const double fitting = kProductsOfStep / std::max(1.0, products_of(block, layers, samples));
  return std::min(samples.batch, std::max(kFewestSamples, static_cast<int64_t>(std::min(fitting, 1e6))));
}

/// A bias, and by how many of `unit` it has moved.
struct LearnedBias {
  at::Tensor bias, original;
  double unit;
  Adam adam = {};
};

/// An activation's scale that is learned.
struct LearnedRange {
  size_t site;
  FakeQuantState state;
  double first;
  Adam adam = {};
};

/// Puts back which tensors of a model want gradients.
class GradientFlags {
 public:
  explicit GradientFlags(const Model& model) {
    for (const auto& tensors : {model.parameters(), model.buffers()})
      for (const auto& [name, tensor] : tensors) flags_.emplace_back(tensor, tensor.requires_grad());
  }
  ~GradientFlags() {
    for (auto& [tensor, flag] : flags_) {
      tensor.mutable_grad().reset();
      if (tensor.is_leaf() && tensor.is_floating_point()) tensor.set_requires_grad(flag);
    }
  }
  GradientFlags(const GradientFlags&) = delete;
  GradientFlags& operator=(const GradientFlags&) = delete;

 private:
  std::vector<std::pair<at::Tensor, bool>> flags_;
};

class BlockRounding {
 public:
  BlockRounding(Solution& block, const std::map<std::string, LayerTensors>& layers,
                const BlockSamples& samples, const LearnedRoundingOptions& options)
      : block_(block),
        samples_(samples),
        options_(options),
        batch_(samples_of_step(block, layers, samples)),
        flags_(block.model),
        generator_(at::detail::createCPUGenerator(options.seed)),
        training_(make_training_model(block.model, block.plan, block.qparams,
                                      {.weights = StepSize::kObserved, .activations = StepSize::kAuto})) {
    TrainingSwitches switches(training_, block.plan);
    switches.observe(false);
    switches.freeze_batch_norm(true);
    double deviation = 0;  // largest of the outputs
    for (const auto& target : samples.targets) {
      variances_.push_back(std::max(target.to(at::kFloat).var(false).item<double>(), kLeastVariance));
      deviation = std::max(deviation, std::sqrt(variances_.back()));
    }
    for (size_t i = 0; i < block.plan.sites.size(); ++i) {
      if (block.plan.sites[i].role != SiteRole::kWeight)
        add_activation(i);
      else if (const auto layer = layers.find(block.plan.sites[i].op); layer != layers.end())
        add_layer(i, layer->second, deviation);
    }
  }

  void run(Progress& progress) {
    const auto text =
        "rounding, block " + std::to_string(samples_.index + 1) + " of " + std::to_string(samples_.blocks);
    for (int64_t step = 0; step < options_.steps; ++step) {
      progress.update(samples_.index * options_.steps + step, samples_.blocks * options_.steps, text);
      this->step(double(step) / double(options_.steps));
    }
  }

  void write() {
    for (auto& weight : weights_) {
      weight.value.write_hard();
      block_.qparams[weight.site] = weight.value.grid();
    }
    const auto learned = read_qparams(training_, block_.plan);
    for (const auto& range : ranges_) block_.qparams[range.site] = learned[range.site];
  }

  void write_back() {
    for (const auto& weight : weights_) weight.value.write_back();
    for (const auto& bias : biases_) bias.bias.copy_(bias.original);
  }

 private:
  struct Weight {
    size_t site;
    RoundedWeight value;
  };

  void add_layer(size_t site, const LayerTensors& layer, double deviation) {
    if (block_.plan.sites[site].source != GridSource::kSolved) return;
    state_of(training_, block_.plan.sites[site]).enabled.fill_(0);  // it is written rounded
    weights_.push_back({site, {layer.weight, block_.qparams[site]}});
    biases_.push_back({layer.bias, layer.bias.detach().clone(), deviation});
  }

  void add_activation(size_t site) {
    const auto& its = block_.plan.sites[site];
    const auto state = state_of(training_, its);
    const bool is_of_block = its.role == SiteRole::kInput || block_.plan.find(its.op);  // else it is settled
    if (state.scale.requires_grad() && is_of_block)
      ranges_.push_back({site, state, block_.qparams[site].scale()});
    else
      held_.push_back(state.enabled);
  }

  /// The next samples, all of them once before one comes again.
  at::Tensor next_samples() {
    if (at_ + batch_ > samples_.count || !order_.defined()) {
      order_ = at::randperm(samples_.count, generator_, at::kLong);
      at_ = 0;
    }
    at_ += batch_;
    return order_.narrow(0, at_ - batch_, batch_);
  }

  bool chance(double share) { return at::rand({1}, generator_).item<double>() < share; }

  std::vector<at::Tensor> inputs_of(const at::Tensor& samples) {
    std::vector<at::Tensor> inputs;
    for (size_t i = 0; i < samples_.quantized.size(); ++i) {
      auto input = at::index_select(samples_.quantized[i], 0, samples);
      if (options_.dropped > 0 && !samples_.quantized[i].is_same(samples_.reference[i]) &&
          input.is_floating_point()) {
        const auto reference = at::index_select(samples_.reference[i], 0, samples);
        input = at::where(at::rand(input.sizes(), generator_).lt(options_.dropped), reference, input);
      }
      inputs.push_back(input);
    }
    return inputs;
  }

  at::Tensor loss_of(const std::vector<at::Tensor>& outputs, const at::Tensor& samples) const {
    at::Tensor loss;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i].requires_grad() || samples_.targets[i].size(0) != samples_.count) continue;
      const auto target = at::index_select(samples_.targets[i], 0, samples);
      const auto error = (outputs[i] - target).square().mean() / variances_[i];
      loss = loss.defined() ? loss + error : error;
    }
    return loss;
  }

  void drop_some() {
    for (const auto& enabled : held_) enabled.fill_(chance(options_.dropped) ? 0 : 1);
    for (const auto& range : ranges_) range.state.enabled.fill_(chance(options_.dropped) ? 0 : 1);
  }

  void step(double done) {
    for (auto& weight : weights_) weight.value.write_soft();
    drop_some();
    const auto samples = next_samples();
    const auto inputs = inputs_of(samples);
    {
      const at::AutoGradMode with_gradients(true);
      const auto loss = loss_of(training_.forward(inputs), samples);
      if (!loss.defined()) return;
      loss.backward();
    }
    // Cosine from few to many, as AdaRound's authors have it.
    const double share = std::max(0.0, (done - kWarmUp) / (1 - kWarmUp));
    const RoundingRates rates{
        .rounding = options_.rounding_rate,
        .scale = options_.scale_rate,
        .sharpness = done < kWarmUp ? 0 : options_.sharpness,
        .power = kLastPower + (kFirstPower - kLastPower) * 0.5 * (1 + std::cos(share * std::numbers::pi))};
    for (auto& weight : weights_)
      if (const auto gradient = taken_gradient(weight.value.weight()); gradient.defined())
        weight.value.step(gradient, rates);
    for (auto& bias : biases_)
      if (const auto gradient = taken_gradient(bias.bias); gradient.defined())
        bias.adam.step(bias.bias, gradient, options_.bias_rate * bias.unit);
    for (auto& range : ranges_) move(range);
  }

  void move(LearnedRange& range) const {
    const auto gradient = taken_gradient(range.state.scale);
    if (!gradient.defined() || *range.state.enabled.data_ptr<int64_t>() == 0) return;
    range.adam.step(range.state.scale, gradient, options_.range_rate * range.first);
    range.state.scale.clamp_min_(range.first / 8);
  }

  static at::Tensor taken_gradient(const at::Tensor& tensor) {
    at::Tensor gradient = tensor.grad();
    tensor.mutable_grad().reset();
    return gradient;
  }

  Solution& block_;
  const BlockSamples& samples_;
  const LearnedRoundingOptions& options_;
  int64_t batch_;
  GradientFlags flags_;
  at::Generator generator_;
  Model training_;
  std::vector<Weight> weights_;
  std::vector<LearnedBias> biases_;
  std::vector<LearnedRange> ranges_;
  std::vector<at::Tensor> held_;   ///< switches of the activations whose scale is not learned
  std::vector<double> variances_;  ///< of the targets
  at::Tensor order_;
  int64_t at_ = 0;
};

/// Of a few samples: it is asked for the direction alone.
double error_of(const Solution& block, const BlockSamples& samples) {
  const int64_t count =
      std::min(samples.count, std::max(samples.batch, kSamplesOfError / samples.batch * samples.batch));
  const auto first_of = [&](const std::vector<at::Tensor>& tensors) {
    std::vector<at::Tensor> first;
    for (const auto& tensor : tensors)
      first.push_back(tensor.dim() > 0 && tensor.size(0) == samples.count ? tensor.narrow(0, 0, count)
                                                                          : tensor);
    return first;
  };
  auto simulated = simulate(block);
  auto outputs = run_all(simulated, first_of(samples.quantized), samples.batch),
       targets = first_of(samples.targets);
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].sizes() != targets[i].sizes())
      targets[i] = outputs[i];  // no samples, and nothing to learn from
  return relative_error(outputs, targets);
}

}  // namespace

void learn_rounding_of_block(Solution& block, const std::map<std::string, LayerTensors>& layers,
                             const BlockSamples& samples, const LearnedRoundingOptions& options,
                             Progress& progress) {
  const at::NoGradGuard no_grad;
  const double before = error_of(block, samples);
  const auto qparams = block.qparams;
  BlockRounding rounding(block, layers, samples, options);
  rounding.run(progress);
  rounding.write();
  if (error_of(block, samples) < before) return;
  rounding.write_back();
  block.qparams = qparams;
}

Attempt learn_rounding_by_blocks(const Solution& solution, const Evidence& evidence, const WalkOptions& walk,
                                 const LearnedRoundingOptions& options) {
  return fit_blocks(solution, evidence, walk, [&](Solution& block, const auto& layers, const auto& samples) {
    learn_rounding_of_block(block, layers, samples, options, evidence.progress);
  });
}

Attempt learn_rounding(const Solution& solution, const Evidence& evidence) {
  return learn_rounding_by_blocks(solution, evidence, {}, {});
}

}  // namespace qtool
