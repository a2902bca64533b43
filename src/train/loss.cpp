#include "train/loss.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "base/error.h"
#include "measure/classes.h"

namespace qtool {
namespace {

/// log(sum(exp(x * factor)))
float log_sum_exp(const float* x, int64_t classes, float factor) {
  const float top = *std::max_element(x, x + classes);
  float sum = 0;
  for (int64_t i = 0; i < classes; ++i) sum += std::exp((x[i] - top) * factor);
  return top * factor + std::log(sum);
}

/// The loss of one sample against its label; adds `weight` times the gradient.
double hard_row(const float* x, int64_t classes, int64_t label, double smoothing, double weight,
                float* gradient) {
  const float norm = log_sum_exp(x, classes, 1);
  double loss = 0;
  for (int64_t i = 0; i < classes; ++i) {
    const double target = smoothing / double(classes) + (i == label ? 1 - smoothing : 0);
    const float log_p = x[i] - norm;
    loss -= target * log_p;
    gradient[i] += float(weight * (std::exp(log_p) - target));
  }
  return loss;
}

/// The loss of one sample against the teacher's logits; adds `weight` times the gradient.
double soft_row(const float* x, const float* teacher, int64_t classes, double temperature, double weight,
                float* gradient) {
  const auto factor = float(1 / temperature);
  const float norm = log_sum_exp(x, classes, factor), teacher_norm = log_sum_exp(teacher, classes, factor);
  double divergence = 0;
  for (int64_t i = 0; i < classes; ++i) {
    const float log_p = x[i] * factor - norm, log_target = teacher[i] * factor - teacher_norm;
    const float target = std::exp(log_target);
    divergence += double(target) * (log_target - log_p);
    gradient[i] += float(weight * temperature) * (std::exp(log_p) - target);
  }
  return temperature * temperature * divergence;
}

/// What one output adds to the loss.
struct Part {
  double value = 0, uninformed = 0;
  at::Tensor gradient = {};
};

at::Tensor plain(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.detach().to(at::kCPU, at::kFloat).contiguous() : tensor;
}

/// `hard` and `soft` are the weights of the two losses; where one is 0 its target may be undefined.
Part logits_part(const at::Tensor& output, const at::Tensor& labels, const at::Tensor& teacher, double hard,
                 double soft, const LossOptions& options) {
  const at::Tensor logits = plain(output), teacher_logits = plain(teacher);
  const at::Tensor targets = hard > 0 ? labels.to(at::kCPU).contiguous() : at::Tensor();
  const int64_t samples = logits.size(0), classes = logits.size(1);
  at::Tensor gradient = at::zeros({samples, classes}, at::kFloat);
  std::vector<double> losses(size_t(samples), 0.0);
  at::parallel_for(0, samples, std::max<int64_t>(1, 8192 / classes), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* x = logits.data_ptr<float>() + i * classes;
      float* to = gradient.data_ptr<float>() + i * classes;
      if (hard > 0)
        losses[size_t(i)] += hard * hard_row(x, classes, targets.data_ptr<int64_t>()[i],
                                             options.target.label_smoothing, hard / double(samples), to);
      if (soft > 0)
        losses[size_t(i)] += soft * soft_row(x, teacher_logits.data_ptr<float>() + i * classes, classes,
                                             options.temperature, soft / double(samples), to);
    }
  });
  return {.value = std::accumulate(losses.begin(), losses.end(), 0.0) / double(samples),
          .uninformed = (hard + soft * options.temperature * options.temperature) * std::log(double(classes)),
          .gradient = gradient.to(output.options())};
}

Part relative_error_part(const at::Tensor& output, const at::Tensor& teacher, double soft, double scale) {
  if (scale == 0) return {.gradient = at::zeros_like(output)};
  const at::Tensor difference = output.detach().sub(teacher.detach().to(output.options()));
  return {.value = soft * difference.square().mean().item<double>() / scale,
          .uninformed = soft,
          .gradient = difference.mul(2 * soft / (scale * double(difference.numel())))};
}

bool can_be_learned(const at::Tensor& output) {
  return output.is_floating_point() && output.requires_grad() && output.dim() > 0 && output.numel() > 0;
}

std::vector<double> scales_of(const std::vector<at::Tensor>& teacher) {
  ErrorScales scales;
  scales.add(teacher);
  return scales.scales();
}

void check_outputs(const std::vector<at::Tensor>& outputs) {
  if (std::any_of(outputs.begin(), outputs.end(), can_be_learned)) return;
  throw Error(ErrorKind::kUsage, {.what = "no output of the model depends on its parameters",
                                  .where = "forward()",
                                  .got = std::to_string(outputs.size()) +
                                         " outputs, none with a gradient and an axis of samples",
                                  .expected = "a floating-point output [samples, ...] with a gradient",
                                  .fix = "take torch.no_grad() and detach() out of forward()"});
}

std::string shapes_of(const std::vector<at::Tensor>& tensors) {
  std::ostringstream text;
  for (const auto& tensor : tensors) text << (&tensor == tensors.data() ? "" : ", ") << tensor.sizes();
  return text.str();
}

[[noreturn]] void refuse_constant(const TargetLoss& target, const at::Tensor& value) {
  throw Error(ErrorKind::kUsage,
              {.what = "the loss does not depend on the model's outputs",
               .where = target.own ? target.own->where() : "--loss",
               .got = std::to_string(value.item<double>()) + " without a gradient",
               .expected = "a loss that autograd can follow back to the outputs",
               .fix = "compute it from the outputs, without argmax(), detach() or torch.no_grad()"});
}

void check_teacher(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& teacher) {
  const auto same_shape = [](const at::Tensor& a, const at::Tensor& b) { return a.sizes() == b.sizes(); };
  if (std::equal(outputs.begin(), outputs.end(), teacher.begin(), teacher.end(), same_shape)) return;
  throw Error(ErrorKind::kUsage, {.what = "teacher and model do not answer the same question",
                                  .where = "the teacher's outputs",
                                  .got = shapes_of(teacher),
                                  .expected = shapes_of(outputs) + ", as the model's",
                                  .fix = "choose a teacher with the same outputs, in the same order"});
}

/// Adds `share` times the loss by the targets. Computed on the CPU, where the targets are.
void add_target_loss(Loss& loss, const TargetLoss& target, double share,
                     const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets) {
  std::vector<at::Tensor> leaves, learned, others;
  for (const auto& output : outputs) {
    leaves.push_back(output.detach().to(at::kCPU));
    others.push_back(output.dim() > 0 ? leaves.back().roll(1, 0) : leaves.back());
    if (can_be_learned(output)) learned.push_back(leaves.back().set_requires_grad(true));
  }
  at::Tensor value;
  {
    const at::AutoGradMode recorded(true);
    value = target(leaves, targets);
    if (!value.requires_grad()) refuse_constant(target, value);
  }
  const auto gradients = torch::autograd::grad({value}, learned, /*grad_outputs=*/{}, /*retain_graph=*/false,
                                               /*create_graph=*/false, /*allow_unused=*/true);
  loss.value += share * value.item<double>();
  loss.uninformed += share * target(others, targets).item<double>();
  for (size_t i = 0, k = 0; i < outputs.size(); ++i) {
    if (!can_be_learned(outputs[i])) continue;
    const at::Tensor& gradient = gradients[k++];
    if (!gradient.defined()) continue;
    at::Tensor& sum = loss.gradients[i];
    const at::Tensor part = gradient.mul(share).to(outputs[i].options());
    sum = sum.defined() ? sum.add(part) : part;
  }
}

}  // namespace

void ErrorScales::add(const std::vector<at::Tensor>& teacher) {
  outputs_.resize(std::max(outputs_.size(), teacher.size()));
  for (size_t i = 0; i < teacher.size(); ++i) {
    const at::Tensor values = teacher[i].detach().to(at::kDouble);
    outputs_[i].count += double(values.numel());
    outputs_[i].sum += values.sum().item<double>();
    outputs_[i].square += values.square().sum().item<double>();
  }
}

void ErrorScales::add_up(const Peers& peers) {
  if (peers.is_alone()) return;
  for (auto& [count, sum, square] : outputs_) {
    const auto sums = at::tensor({count, sum, square}, at::kDouble);
    peers.sum(sums);
    const auto* all = sums.data_ptr<double>();
    count = all[0], sum = all[1], square = all[2];
  }
}

std::vector<double> ErrorScales::scales() const {
  constexpr double kLeastVariation = 0.01;  // of the root mean square
  constexpr double kNothing = 1e-12;
  std::vector<double> scales;
  for (const auto& output : outputs_) {
    const double count = std::max(output.count, 1.0), mean = output.sum / count,
                 square = output.square / count;
    const double scale = std::max(square - mean * mean, kLeastVariation * kLeastVariation * square);
    scales.push_back(scale < kNothing ? 0 : scale);
  }
  return scales;
}

void Loss::backward(const std::vector<at::Tensor>& outputs) const {
  std::vector<at::Tensor> roots, seeds;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!gradients[i].defined()) continue;
    roots.push_back(outputs[i]);
    seeds.push_back(gradients[i]);
  }
  torch::autograd::backward(roots, seeds);
}

Loss training_loss(const std::vector<at::Tensor>& outputs, const std::vector<at::Tensor>& targets,
                   const std::vector<at::Tensor>& teacher, const LossOptions& options) {
  const at::NoGradGuard no_grad;
  check_outputs(outputs);
  if (options.distillation > 0) check_teacher(outputs, teacher);
  const auto taught = double(std::count_if(outputs.begin(), outputs.end(), can_be_learned));
  const auto scales = options.error_scales.empty() ? scales_of(teacher) : options.error_scales;
  const bool counts_labels = options.distillation < 1 && options.target.is_of_labels(outputs, targets);
  const at::Tensor labels = counts_labels ? targets[0] : at::Tensor();
  Loss loss;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const double hard = i == 0 && counts_labels ? 1 - options.distillation : 0,
                 soft = options.distillation / taught;
    const at::Tensor target = soft > 0 ? teacher[i] : at::Tensor();
    Part part;
    if (can_be_learned(outputs[i]) && hard + soft > 0)
      part = is_logits(outputs[i])
                 ? logits_part(outputs[i], labels, target, hard, soft, options)
                 : relative_error_part(outputs[i], target, soft, soft > 0 ? scales.at(i) : 0);
    loss.value += part.value;
    loss.uninformed += part.uninformed;
    loss.gradients.push_back(part.gradient);
  }
  if (options.distillation < 1 && !counts_labels)
    add_target_loss(loss, options.target, 1 - options.distillation, outputs, targets);
  return loss;
}

}  // namespace qtool
