#include "qat/batch_norm_in_fold.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <functional>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/passes/canonicalise.h"
#include "graph/passes/fold_batch_norm.h"
#include "graph_text.h"
#include "normed_layer.h"
#include "operators.h"
#include "qat/numbers.h"
#include "small_net.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

using T = const at::Tensor&;
at::Tensor scaled(T weight, T factor, int64_t axis, int64_t groups) {
  return call_operator<at::Tensor(T, T, int64_t, int64_t)>("times_channels", weight, factor, axis, groups);
}

at::Tensor factor_of(T gamma, T var) {
  return call_operator<at::Tensor(T, T, double)>("batch_norm_factor", gamma, var, kEps);
}

/// A convolution with batch norm, and what it computes.
struct NormedConvolution {
  at::Tensor x = noise({6, 3, 6, 6}, 1);
  at::Tensor weight = noise({4, 3, 3, 3}, 2) * 0.4, bias = noise({4}, 3);
  at::Tensor gamma = at::tensor({1.2F, -0.7F, 0.5F, -1.5F}), beta = noise({4}, 5);
  at::Tensor mean = noise({4}, 6) * 0.3, var = noise({4}, 7).abs() + 0.5;

  [[nodiscard]] std::vector<at::Tensor*> trained() { return {&x, &weight, &bias, &gamma, &beta}; }

  [[nodiscard]] at::Tensor in_fold(bool frozen) const {
    const auto factor = factor_of(gamma, var);
    const auto y = at::conv2d(x, scaled(weight, factor, 0, 1), scaled(bias, factor, 0, 1));
    return call_operator<at::Tensor(T, T, T, T, T, T, double)>("batch_norm_in_fold", y, gamma, beta, mean,
                                                               var, flag(frozen), kEps);
  }
  [[nodiscard]] at::Tensor plain(bool training) const {
    return at::batch_norm(at::conv2d(x, weight, bias), gamma, beta, mean, var, training, 0.1, kEps, false);
  }
};

using Function = std::function<at::Tensor(const NormedConvolution&)>;

/// Of sum(dz * z), by each of trained().
std::vector<at::Tensor> gradients(const Function& function, T dz) {
  NormedConvolution layer;
  for (auto* tensor : layer.trained()) tensor->set_requires_grad(true);
  function(layer).backward(dz);
  std::vector<at::Tensor> all;
  for (auto* tensor : layer.trained()) all.push_back(tensor->grad());
  return all;
}

/// With gradients switched on, as batch norm in the fold asks for.
std::vector<at::Tensor> by_differences(const Function& function, T dz) {
  std::vector<at::Tensor> all;
  for (size_t which = 0; which < NormedConvolution().trained().size(); ++which) {
    const auto like = *NormedConvolution().trained()[which];
    auto slopes = at::zeros({like.numel()});
    for (int64_t i = 0; i < like.numel(); i += 1 + like.numel() / 20) {
      const auto moved = [&](double by) {
        NormedConvolution layer;
        layer.trained()[which]->view(-1)[i] += by;
        return (function(layer) * dz).sum(at::kDouble).item<double>();
      };
      slopes[i] = (moved(0.01) - moved(-0.01)) / 0.02;
    }
    all.push_back(slopes.view(like.sizes()));
  }
  return all;
}

/// The canonical graph with its batch norm in the fold.
struct InFold {
  Model unfolded, model;
  at::Tensor frozen = flag(false);
  explicit InFold(const NormedLayer& layer)
      : unfolded(canonicalise_unfolded(build(layer))), model(rebuild(unfolded.module(), "InFold")) {
    register_fake_quant_operators();
    auto module = model.module();
    set_attribute(module, "frozen", frozen, c10::TensorType::get(), /*is_parameter=*/false);
    const auto graph = module.get_method("forward").graph();
    outputs = put_batch_norms_into_folds(module, *graph, "frozen").size();
    model = Model(module);
  }
  size_t outputs = 0;
};

}  // namespace

TEST_CASE("a step with batch norm in the fold is a step of layer and batch norm") {
  NormedConvolution ours, theirs;
  const auto z = ours.in_fold(false);
  CHECK(z.allclose(theirs.plain(true), 1e-3, 1e-4));
  CHECK(ours.mean.allclose(theirs.mean, 1e-4, 1e-5));
  CHECK(ours.var.allclose(theirs.var, 1e-4, 1e-5));
  const auto dz = noise(z.sizes(), 9);
  const auto in_fold = gradients([](const auto& layer) { return layer.in_fold(false); }, dz);
  const auto plain = gradients([](const auto& layer) { return layer.plain(true); }, dz);
  for (size_t i = 0; i < in_fold.size(); ++i) {
    INFO("gradient " << i);
    CHECK(in_fold[i].allclose(plain[i], 1e-2, 1e-3));
  }
}

TEST_CASE("the gradients of batch norm in the fold are those of finite differences") {
  for (const bool frozen : {false, true}) {
    const Function function = [&](const NormedConvolution& layer) { return layer.in_fold(frozen); };
    const auto dz = noise({6, 4, 4, 4}, 9);
    const auto exact = gradients(function, dz), slopes = by_differences(function, dz);
    for (size_t i = 0; i < exact.size(); ++i) {
      INFO((frozen ? "frozen, gradient " : "gradient ") << i);
      const auto asked = slopes[i] != 0;
      CHECK(asked.sum().item<int64_t>() >= 4);
      CHECK(exact[i].masked_select(asked).allclose(slopes[i].masked_select(asked), 0.02, 0.05));
    }
  }
}

TEST_CASE("running statistics follow over many steps as LibTorch's") {
  NormedConvolution ours, theirs;
  for (uint64_t step = 0; step < 30; ++step) {
    ours.x = theirs.x = noise({6, 3, 6, 6}, 100 + step) * 2 + 0.5;
    (void)ours.in_fold(false);
    (void)theirs.plain(true);
  }
  CHECK(ours.mean.allclose(theirs.mean, 1e-3, 1e-4));
  CHECK(ours.var.allclose(theirs.var, 1e-3, 1e-4));
}

TEST_CASE("frozen, or without gradients, it is the folded layer, and no statistics move") {
  for (const bool frozen : {true, false}) {
    const at::AutoGradMode gradients(frozen);
    const NormedConvolution layer, before;
    const auto [weight, bias] = fold(
        layer.weight, layer.bias,
        {.gamma = layer.gamma, .beta = layer.beta, .mean = layer.mean, .var = layer.var, .eps = kEps}, 0, 1);
    CHECK(layer.in_fold(frozen).allclose(at::conv2d(layer.x, weight, bias), 1e-5, 1e-5));
    CHECK(layer.mean.equal(before.mean));
    CHECK(layer.var.equal(before.var));
  }
}

TEST_CASE("a channel whose gamma is zero keeps its statistics") {
  NormedConvolution layer;
  layer.gamma[2] = 0;
  const auto mean = layer.mean.clone(), var = layer.var.clone();
  const auto z = layer.in_fold(false);
  CHECK(z.isfinite().all().item<bool>());
  CHECK(z.select(1, 2).allclose(layer.beta[2].expand_as(z.select(1, 2)), 1e-4, 1e-5));
  CHECK(layer.mean[2].equal(mean[2]));
  CHECK(layer.var[2].equal(var[2]));
  CHECK(!layer.mean[1].equal(mean[1]));
}

TEST_CASE("the product along the channels is that of folding") {
  for (const auto& layer : normed_layers()) {
    INFO(layer.name);
    const auto weight = noise(layer.weight, 1), gamma = noise({layer.channels}, 2),
               var = noise({layer.channels}, 3).abs() + 0.5, mean = at::zeros({layer.channels});
    const auto folded = fold(weight, {}, {.gamma = gamma, .beta = {}, .mean = mean, .var = var, .eps = kEps},
                             layer.axis, layer.groups);
    CHECK(
        scaled(weight, factor_of(gamma, var), layer.axis, layer.groups).allclose(folded.weight, 1e-5, 1e-6));
  }
}

TEST_CASE("batch norm goes from behind a layer into its weight and bias") {
  const InFold in_fold(normed_layers()[0]);
  CHECK(in_fold.outputs == 1);
  check_in_order(in_fold.model,
                 {"= qtool::batch_norm_factor(", "= qtool::times_channels(", "= qtool::times_channels(",
                  "= aten::conv2d(", "= qtool::batch_norm_in_fold(%conv2d", "= aten::relu("});
  CHECK(count_nodes(in_fold.model, "aten::batch_norm") == 0);
}

TEST_CASE("frozen in the fold every layer gives what the folded model gives") {
  for (const auto& layer : normed_layers()) {
    INFO(layer.name);
    InFold in_fold(layer);
    in_fold.frozen.fill_(1);
    const auto x = noise(layer.input, 11);
    CHECK(count_nodes(in_fold.model, "qtool::batch_norm_in_fold") == 1);
    CHECK(in_fold.model.forward({x})[0].allclose(canonicalise(build(layer)).forward({x})[0], 1e-5, 1e-5));
  }
}

TEST_CASE("after training, too, folding gives what was frozen") {
  for (const auto& layer : normed_layers()) {
    INFO(layer.name);
    InFold in_fold(layer);
    const auto x = noise(layer.input, 11);
    const auto before = with_folded_batch_norm(in_fold.unfolded).forward({x})[0].detach();
    std::vector<at::Tensor> trained;
    for (const auto& parameter : in_fold.model.parameters())
      trained.push_back(parameter.tensor.set_requires_grad(true));
    for (int step = 0; step < 5; ++step) {
      for (auto& tensor : trained) tensor.mutable_grad() = at::Tensor();
      const auto y = in_fold.model.forward({x})[0];
      y.backward(noise(y.sizes(), 12) / double(y.size(0)));
      const at::NoGradGuard no_grad;
      for (auto& tensor : trained) {
        REQUIRE(tensor.grad().defined());
        tensor.sub_(tensor.grad() * 0.1);
      }
    }
    in_fold.frozen.fill_(1);
    const auto folded = with_folded_batch_norm(in_fold.unfolded).forward({x})[0];
    CHECK(in_fold.model.forward({x})[0].allclose(folded, 1e-5, 1e-5));
    CHECK(!folded.allclose(before, 1e-2, 1e-2));
  }
}
