#include "qat/batch_norm_ops.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <functional>
#include <limits>
#include <vector>

#include "operators.h"
#include "qat/fake_quant_activation.h"
#include "qat/numbers.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// A tensor y [N, C, ...] with batch norm and fake-quant behind it, and their state.
struct Normed {
  at::Tensor y, gamma, beta, mean, var;
  at::Tensor low = at::tensor({-1.0F}), high = at::tensor({2.0F});
  at::Tensor scale = at::tensor({0.2F}), zero_point = at::full({1}, 5, at::kInt);
  at::Tensor frozen = flag(false), observe = flag(true), enabled = flag(true);
  bool learned = false;
  double clip_low = -kInfinity;

  explicit Normed(const at::Tensor& input) : y(input) {
    const int64_t channels = input.size(1);
    gamma = noise({channels}, 2) + 0.3;  // of both signs
    beta = noise({channels}, 3);
    mean = noise({channels}, 4);
    var = noise({channels}, 5).abs() + 0.5;
  }

  [[nodiscard]] at::Tensor joined() const {
    return batch_norm_fake_quant(y, gamma, beta, mean, var, frozen, kEps, low, high, scale, zero_point,
                                 observe, enabled, 4, false, learned, clip_low, kInfinity);
  }
  [[nodiscard]] at::Tensor apart() const {
    return fake_quant_activation(batch_norm_in_fold(y, gamma, beta, mean, var, frozen, kEps), low, high,
                                 scale, zero_point, observe, enabled, 4, false, learned, clip_low, kInfinity);
  }
  /// What a pass changes.
  [[nodiscard]] std::vector<at::Tensor> state() const { return {mean, var, low, high, scale}; }
};

using NormFunction = at::Tensor (Normed::*)() const;

struct NormResult {
  at::Tensor output;
  std::vector<at::Tensor> gradients, state;
};

NormResult train(Normed layer, NormFunction function, const at::Tensor& dz) {
  layer.y = layer.y.detach().clone(at::MemoryFormat::Preserve);
  std::vector<at::Tensor*> trained = {&layer.y, &layer.gamma, &layer.beta};
  if (layer.learned) trained.push_back(&layer.scale);
  for (auto* tensor : trained) tensor->set_requires_grad(true);
  const auto output = (layer.*function)();
  output.backward(dz);
  NormResult result{output.detach(), {}, layer.state()};
  for (auto* tensor : trained) result.gradients.push_back(tensor->grad());
  return result;
}

double differing(const at::Tensor& a, const at::Tensor& b, double tolerance) {
  return ((a - b).abs() > tolerance).to(at::kFloat).mean().item<double>();
}

/// Each with its channels beside each other, and a plain one that is not.
std::vector<at::Tensor> inputs() {
  return {noise({8, 5, 6, 7}, 1).contiguous(at::MemoryFormat::ChannelsLast), noise({64, 12}, 1),
          noise({4, 3, 2, 6, 5}, 1).contiguous(at::MemoryFormat::ChannelsLast3d), noise({8, 5, 6, 7}, 1)};
}

}  // namespace

TEST_CASE("batch norm and fake-quant in one operator do what the two do") {
  for (const auto& y : inputs())
    for (const bool frozen : {false, true})
      for (const bool enabled : {true, false})
        for (const double clip_low : {-kInfinity, 0.0}) {
          INFO(y.sizes() << (frozen ? ", frozen" : "") << (enabled ? "" : ", not quantized") << ", clip at "
                         << clip_low);
          const auto made = [&] {
            Normed layer(y);
            layer.frozen = flag(frozen);
            layer.enabled = flag(enabled);
            layer.clip_low = clip_low;
            return layer;
          };
          const auto dz = noise(y.sizes(), 9).contiguous(y.suggest_memory_format());
          const auto joined = train(made(), &Normed::joined, dz), apart = train(made(), &Normed::apart, dz);
          // Rounded at another place, a value at a tie may fall on the other side.
          CHECK(differing(joined.output, apart.output, 1e-4) < 0.002);
          for (size_t i = 0; i < 3; ++i) {
            INFO("gradient " << i);
            CHECK(differing(joined.gradients[i], apart.gradients[i], 0.02) < 0.01);
          }
          for (size_t i = 0; i < joined.state.size(); ++i) {
            INFO("state " << i);
            CHECK(joined.state[i].allclose(apart.state[i], 1e-4, 1e-5));
          }
        }
}

TEST_CASE("a learned step has the gradient that it has apart from batch norm") {
  for (const auto& y : inputs())
    for (const bool frozen : {false, true})
      for (const double clip_low : {-kInfinity, 0.0}) {
        INFO(y.sizes() << (frozen ? ", frozen" : "") << ", clip at " << clip_low);
        const auto made = [&] {
          Normed layer(y);
          layer.learned = true;
          layer.frozen = flag(frozen);
          layer.clip_low = clip_low;
          return layer;
        };
        const auto dz = noise(y.sizes(), 9).contiguous(y.suggest_memory_format());
        const auto joined = train(made(), &Normed::joined, dz), apart = train(made(), &Normed::apart, dz);
        CHECK(differing(joined.output, apart.output, 1e-4) < 0.002);
        for (size_t i = 0; i < 3; ++i) CHECK(differing(joined.gradients[i], apart.gradients[i], 0.02) < 0.01);
        CHECK(apart.gradients[3].abs().item<float>() > 0.01);
        CHECK(joined.gradients[3].allclose(apart.gradients[3], 0.01, 0.001));
        for (size_t i = 2; i < 5; ++i) CHECK(joined.state[i].equal(apart.state[i]));  // not observed
      }
}

TEST_CASE("a learned step has no gradient before fake-quant is switched on") {
  Normed layer(inputs()[0]);
  layer.learned = true;
  layer.enabled = flag(false);
  layer.scale.set_requires_grad(true);
  layer.y = layer.y.detach().clone(at::MemoryFormat::Preserve).set_requires_grad(true);
  layer.joined().sum().backward();
  CHECK(!layer.scale.grad().defined());
}

TEST_CASE("without gradients the operator moves nothing and gives what is frozen") {
  Normed layer(inputs()[0]), frozen(inputs()[0]);
  frozen.frozen = flag(true);
  const auto expected = frozen.joined();
  const auto before = Normed(inputs()[0]).state();
  const at::NoGradGuard no_grad;
  CHECK(layer.joined().equal(expected));
  for (size_t i = 0; i < before.size(); ++i) CHECK(layer.state()[i].equal(before[i]));
}

TEST_CASE("a range that holds nothing finite is not followed") {
  Normed layer(inputs()[0].clone(at::MemoryFormat::Preserve));
  layer.y[0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
  (void)layer.joined();
  CHECK(layer.high.isfinite().all().item<bool>());
}
