#include "qat/batch_norm_ops.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <optional>
#include <vector>

#include "grid/along_axis.h"
#include "qat/batch_norm_kernels.h"
#include "qat/fake_quant_activation.h"
#include "qat/training_operator.h"

namespace qtool {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kStatisticsMomentum = 0.1;  // PyTorch's default
constexpr double kDead = 1e-6;  // a channel whose factor is smaller says nothing of what went into it

/// Moves the statistics towards those of the batch. What batch norm would have seen is y / factor.
void follow(const at::Tensor& mean, const at::Tensor& var, const at::Tensor& factor,
            const at::Tensor& batch_mean, const at::Tensor& batch_var) {
  const auto alive = factor.abs() > kDead;
  const auto safe = at::where(alive, factor, 1.0);
  const auto rate = alive * kStatisticsMomentum;
  mean.add_(rate * (batch_mean / safe - mean));
  var.add_(rate * (batch_var.clamp_min(0) / safe.square() - var));
}

/// In one copy, since a GPU is waited for each time; the tensors themselves where they are there.
std::vector<at::Tensor> copies_on(at::Device device, const std::vector<at::Tensor>& channels) {
  return channels[0].device() == device ? channels : at::stack(channels).to(device).unbind();
}

/// Rows and channels where the channels of y [N, C, ...] lie beside each other in this machine's memory; else no rows.
ChannelRows channel_rows(const at::Tensor& y) {
  if (!y.is_cpu() || y.dim() < 2 || y.numel() == 0) return {0, 0};
  std::vector<int64_t> channels_last(static_cast<size_t>(y.dim()));
  channels_last[0] = 0;
  for (int64_t i = 1; i + 1 < y.dim(); ++i) channels_last[static_cast<size_t>(i)] = i + 1;
  channels_last.back() = 1;
  return y.permute(channels_last).is_contiguous() ? ChannelRows{y.numel() / y.size(1), y.size(1)}
                                                  : ChannelRows{0, 0};
}

std::vector<double> doubles(const at::Tensor& channels) {
  std::vector<double> values(static_cast<size_t>(channels.numel()));
  const auto dense = channels.contiguous();
  std::copy_n(dense.data_ptr<float>(), values.size(), values.begin());
  return values;
}

at::Tensor floats(const std::vector<double>& values, const at::Tensor& like) {
  auto tensor = at::empty_like(like);
  std::transform(values.begin(), values.end(), tensor.data_ptr<float>(),
                 [](double value) { return static_cast<float>(value); });
  return tensor;
}

double sign(double x) { return double(x > 0) - double(x < 0); }

/// z = (y - mean) / deviation * |gamma| + beta, as z = y * factor + offset: by the batch, or where it is frozen, the
/// same for a y that has the factor already.
struct Normalisation {
  bool by_batch = false;
  std::vector<double> mean = {}, inverse_deviation = {}, gamma = {};
  std::vector<float> factor = {}, offset = {};
};

Normalisation frozen_normalisation(const at::Tensor& gamma, const at::Tensor& beta, const at::Tensor& mean,
                                   const at::Tensor& var, double eps) {
  Normalisation n{.mean = doubles(mean), .inverse_deviation = doubles(var), .gamma = doubles(gamma)};
  const auto shift = doubles(beta);
  for (size_t c = 0; c < n.mean.size(); ++c) {
    n.inverse_deviation[c] = 1 / std::sqrt(n.inverse_deviation[c] + eps);
    n.factor.push_back(1);
    n.offset.push_back(static_cast<float>(shift[c] - n.mean[c] * n.gamma[c] * n.inverse_deviation[c]));
  }
  return n;
}

Normalisation batch_normalisation(const Moments& moments, int64_t rows, const at::Tensor& gamma,
                                  const at::Tensor& beta, double eps) {
  Normalisation n{.by_batch = true, .mean = moments.mean, .gamma = doubles(gamma)};
  const auto shift = doubles(beta);
  for (size_t c = 0; c < n.mean.size(); ++c) {
    n.inverse_deviation.push_back(1 / std::sqrt(moments.squares[c] / double(rows) + eps));
    const double factor = std::fabs(n.gamma[c]) * n.inverse_deviation[c];
    n.factor.push_back(static_cast<float>(factor));
    n.offset.push_back(static_cast<float>(shift[c] - n.mean[c] * factor));
  }
  return n;
}

void follow_batch(const Moments& moments, int64_t rows, const at::Tensor& gamma, const at::Tensor& mean,
                  const at::Tensor& var, double eps) {
  const at::NoGradGuard no_grad;
  auto variances = moments.squares;
  for (double& variance : variances) variance /= std::max(double(rows) - 1, 1.0);
  follow(mean, var, gamma * at::rsqrt(var + eps), floats(moments.mean, mean), floats(variances, var));
}

struct Gradients {
  at::Tensor y, gamma, beta;
  double step = 0;  ///< of a learned grid
};

/// Through the batch's own mean and variance (Ioffe and Szegedy, arXiv:1502.03167, section 3).
Gradients gradients_by_batch(const Normalisation& n, const at::Tensor& dy, const at::Tensor& mask,
                             const at::Tensor& y, ChannelRows shape, const at::Tensor& like,
                             const LearnedGrid* learned) {
  std::vector<float> mean(n.mean.begin(), n.mean.end()), slope, offset;
  const auto sums = gradient_sums(dy.data_ptr<float>(), mask.data_ptr<uint8_t>(), y.data_ptr<float>(), shape,
                                  mean, learned);
  std::vector<double> dgamma;
  for (size_t c = 0; c < n.mean.size(); ++c) {
    const double inverse = n.inverse_deviation[c], rows = double(shape.rows);
    const double along_y = -double(n.factor[c]) * inverse * inverse * sums.product[c] / rows;
    slope.push_back(static_cast<float>(along_y));
    offset.push_back(static_cast<float>(-double(n.factor[c]) * sums.sum[c] / rows - along_y * mean[c]));
    dgamma.push_back(sign(n.gamma[c]) * inverse * sums.product[c]);
  }
  const auto dx = at::empty_like(y);
  masked_gradient(dy.data_ptr<float>(), mask.data_ptr<uint8_t>(), y.data_ptr<float>(), dx.data_ptr<float>(),
                  shape, n.factor, slope, offset);
  return {dx, floats(dgamma, like), floats(sums.sum, like), sums.step};
}

Gradients gradients_frozen(const Normalisation& n, const at::Tensor& dy, const at::Tensor& mask,
                           const at::Tensor& y, ChannelRows shape, const at::Tensor& like,
                           const LearnedGrid* learned) {
  const auto sums = gradient_sums(dy.data_ptr<float>(), mask.data_ptr<uint8_t>(), y.data_ptr<float>(), shape,
                                  std::vector<float>(n.mean.size(), 0), learned);
  std::vector<double> dgamma;
  for (size_t c = 0; c < n.mean.size(); ++c)
    dgamma.push_back(-n.mean[c] * n.inverse_deviation[c] * sums.sum[c]);
  const auto dx = at::empty_like(y);
  apply_mask(dy.data_ptr<float>(), mask.data_ptr<uint8_t>(), dx.data_ptr<float>(), y.numel());
  return {dx, floats(dgamma, like), floats(sums.sum, like), sums.step};
}

at::Tensor run(const at::Tensor& y, ChannelRows shape, const Normalisation& n, const ActivationState& state,
               const at::Tensor& mask) {
  auto z = at::empty_like(y);
  state.note(scale_and_fake_quantize(y.data_ptr<float>(), z.data_ptr<float>(),
                                     mask.defined() ? mask.data_ptr<uint8_t>() : nullptr, shape, n.factor,
                                     n.offset, state.grid(), is_on(state.enabled)));
  return z;
}

/// A forward pass as an autograd node keeps it, but for the tensors.
Normalisation normalisation_of(AutogradContext& context) {
  const auto factor = context.saved_data["factor"].toDoubleVector(),
             offset = context.saved_data["offset"].toDoubleVector();
  return {.by_batch = context.saved_data["by_batch"].toBool(),
          .mean = context.saved_data["mean"].toDoubleVector(),
          .inverse_deviation = context.saved_data["inverse_deviation"].toDoubleVector(),
          .gamma = context.saved_data["gamma"].toDoubleVector(),
          .factor = {factor.begin(), factor.end()},
          .offset = {offset.begin(), offset.end()}};
}

void keep(const Normalisation& n, AutogradContext& context) {
  context.saved_data["by_batch"] = n.by_batch;
  context.saved_data["mean"] = n.mean;
  context.saved_data["inverse_deviation"] = n.inverse_deviation;
  context.saved_data["gamma"] = n.gamma;
  context.saved_data["factor"] = std::vector<double>(n.factor.begin(), n.factor.end());
  context.saved_data["offset"] = std::vector<double>(n.offset.begin(), n.offset.end());
}

class BatchNormFakeQuant : public torch::autograd::Function<BatchNormFakeQuant> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& y, const at::Tensor& gamma,
                            const at::Tensor& /*beta*/, const at::Tensor& /*scale*/, const Normalisation& n,
                            const ActivationState& state, bool learned) {
    const auto mask = at::empty_like(y, y.options().dtype(at::kByte));
    context->save_for_backward({y, gamma});
    context->saved_data["mask"] = mask;
    keep(n, *context);
    if (learned) context->saved_data["grid"] = numbers_of(state.grid());
    return run(y, channel_rows(y), n, state, mask);
  }

  static variable_list backward(AutogradContext* context, const variable_list& outputs) {
    const auto saved = context->get_saved_variables();
    const auto &y = saved[0], &gamma = saved[1];
    const auto mask = context->saved_data["mask"].toTensor();
    const auto n = normalisation_of(*context);
    std::optional<LearnedGrid> learned;
    if (context->saved_data.count("grid") > 0)
      learned = {n.factor, n.offset, grid_of(context->saved_data["grid"].toDoubleVector())};
    const auto dy = laid_out_as(outputs[0], mask);
    const auto gradients = (n.by_batch ? gradients_by_batch : gradients_frozen)(
        n, dy, mask, y, channel_rows(y), gamma, learned ? &*learned : nullptr);
    const auto step =
        learned ? step_gradient_tensor(gradients.step, y.numel(), learned->grid.qmax) : at::Tensor();
    return {gradients.y, gradients.gamma, gradients.beta, step, {}, {}, {}};
  }
};

}  // namespace

at::Tensor batch_norm_factor(const at::Tensor& gamma, const at::Tensor& var, double eps) {
  return gamma * at::rsqrt(var + eps).to(gamma.device());
}

at::Tensor batch_norm_in_fold(const at::Tensor& y, const at::Tensor& gamma, const at::Tensor& beta,
                              const at::Tensor& mean, const at::Tensor& var, const at::Tensor& frozen,
                              double eps) {
  const auto inverse_deviation = at::rsqrt(var + eps);
  if (is_on(frozen) || !at::GradMode::is_enabled()) {
    const auto offset = mean.to(y.device()) * (gamma * inverse_deviation.to(y.device()));
    return y + along_axis(beta - offset, 1, y);
  }
  // Where gamma is negative, y has the layer's signs reversed already.
  const auto [z, batch_mean, batch_inverse] =
      at::native_batch_norm(y, gamma.abs(), beta, {}, {}, /*training=*/true, /*momentum=*/0, eps);
  const at::NoGradGuard no_grad;
  const auto seen = copies_on(mean.device(), {batch_mean, batch_inverse, gamma});
  const auto values = double(y.numel()) / double(y.size(1));
  const auto batch_var = (seen[1].square().reciprocal() - eps) * (values / std::max(values - 1, 1.0));
  follow(mean, var, seen[2] * inverse_deviation, seen[0], batch_var);
  return z;
}

// NOLINTNEXTLINE(readability-function-size): the operator's schema has as many arguments
at::Tensor batch_norm_fake_quant(const at::Tensor& y, const at::Tensor& gamma, const at::Tensor& beta,
                                 const at::Tensor& mean, const at::Tensor& var, const at::Tensor& frozen,
                                 double eps, const at::Tensor& low, const at::Tensor& high,
                                 const at::Tensor& scale, const at::Tensor& zero_point,
                                 const at::Tensor& observe, const at::Tensor& enabled, int64_t bits,
                                 bool symmetric, bool learned, double clip_low, double clip_high) {
  const auto shape = channel_rows(y);
  if (shape.rows == 0)
    return fake_quant_activation(batch_norm_in_fold(y, gamma, beta, mean, var, frozen, eps), low, high, scale,
                                 zero_point, observe, enabled, bits, symmetric, learned, clip_low, clip_high);
  const bool trains = at::GradMode::is_enabled();
  const ActivationState state{
      low,
      high,
      scale,
      zero_point,
      enabled,
      QuantScheme::activation(bits, symmetric ? Symmetry::kSymmetric : Symmetry::kAffine),
      trains && !learned && is_on(observe),
      clip_low,
      clip_high};
  Normalisation n;
  if (trains && !is_on(frozen)) {
    const auto moments = channel_moments(y.data_ptr<float>(), shape);
    n = batch_normalisation(moments, shape.rows, gamma, beta, eps);
    follow_batch(moments, shape.rows, gamma, mean, var, eps);
  } else {
    n = frozen_normalisation(gamma, beta, mean, var, eps);
  }
  const bool learns = learned && is_on(enabled);
  const bool wanted =
      wants_gradient(y) || wants_gradient(gamma) || wants_gradient(beta) || (learns && wants_gradient(scale));
  if (!wanted) return run(y, shape, n, state, {});
  return BatchNormFakeQuant::apply(y, gamma, beta, scale, n, state, learns);
}

}  // namespace qtool
