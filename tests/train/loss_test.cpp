#include "train/loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/kl_div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

// softmax(0, ln 3) = (1/4, 3/4), softmax(ln 2, 0) = (2/3, 1/3).
at::Tensor two_logits() {
  return at::tensor({0.0f, std::log(3.0f), std::log(2.0f), 0.0f}).view({2, 2}).set_requires_grad(true);
}
at::Tensor two_labels() { return at::tensor({1, 0}, at::kLong); }

at::Tensor leaf(at::IntArrayRef shape) { return (at::randn(shape) * 3).set_requires_grad(true); }

/// LibTorch's own operators, for the loss and its gradient.
at::Tensor reference(const at::Tensor& logits, const at::Tensor& labels, const at::Tensor& teacher,
                     const LossOptions& options) {
  const double t = options.temperature;
  at::Tensor loss =
      at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, options.target.label_smoothing) *
      (1 - options.distillation);
  if (options.distillation > 0)
    loss =
        loss + at::kl_div(at::log_softmax(logits / t, 1), at::softmax(teacher / t, 1), at::Reduction::Sum) *
                   (options.distillation * t * t / double(logits.size(0)));
  return loss;
}

}  // namespace

TEST_CASE("cross entropy by hand") {
  const double expected = -(std::log(3.0 / 4) + std::log(2.0 / 3)) / 2;
  const Loss loss = training_loss({two_logits()}, {two_labels()}, {}, {});
  CHECK(loss.value == Approx(expected));
  CHECK(loss.uninformed == Approx(std::log(2.0)));
}

TEST_CASE("smoothing moves its share of the target to all classes alike") {
  // Smoothing 0.2 over 2 classes: targets 0.9 and 0.1.
  const double first = -(0.9 * std::log(3.0 / 4) + 0.1 * std::log(1.0 / 4));
  const double second = -(0.9 * std::log(2.0 / 3) + 0.1 * std::log(1.0 / 3));
  CHECK(training_loss({two_logits()}, {two_labels()}, {}, {.target = {.label_smoothing = 0.2}}).value ==
        Approx((first + second) / 2));
}

TEST_CASE("loss and gradient are those of LibTorch's operators") {
  std::vector<LossOptions> all(4);
  all[1].target.label_smoothing = 0.1;
  all[1].distillation = 0.7;
  all[2].distillation = 1;
  all[2].temperature = 4;
  all[3].distillation = 0.25;
  all[3].temperature = 1;
  for (const LossOptions& options : all) {
    INFO("distillation " << options.distillation);
    const at::Tensor logits = leaf({37, 11}), teacher = at::randn({37, 11}) * 3;
    const at::Tensor labels = at::randint(0, 11, {37}, at::kLong);
    const at::Tensor expected = reference(logits, labels, teacher, options);
    expected.backward();
    const Loss loss = training_loss({logits}, {labels}, {teacher}, options);
    CHECK(loss.value == Approx(expected.item<double>()).epsilon(1e-5));
    CHECK(at::allclose(loss.gradients.at(0), logits.grad(), 1e-4, 1e-7));
  }
}

TEST_CASE("backward reaches what the outputs came from") {
  const at::Tensor x = leaf({4, 3}), labels = at::tensor({0, 1, 2, 0}, at::kLong);
  const std::vector<at::Tensor> outputs{x * 2, x.detach()};
  const Loss loss = training_loss(outputs, {labels}, {}, {});
  CHECK_FALSE(loss.gradients.at(1).defined());
  loss.backward(outputs);
  CHECK(x.grad().equal(loss.gradients[0] * 2));
}

TEST_CASE("a share of 1 needs no labels, and a teacher's own logits cost nothing") {
  const at::Tensor logits = leaf({5, 4});
  const Loss loss = training_loss({logits}, {}, {logits.detach()}, {.distillation = 1});
  CHECK(loss.value == Approx(0).margin(1e-6));
  CHECK(at::allclose(loss.gradients.at(0), logits.detach() * 0, 0, 1e-7));
  CHECK(loss.uninformed == Approx(4 * std::log(4.0)));
}

TEST_CASE("outputs that are no logits are compared by squares, relative to the teacher's variance") {
  const at::Tensor output = leaf({2, 3, 4}), teacher = at::randn({2, 3, 4});
  const at::Tensor expected = at::mse_loss(output, teacher) / teacher.var(/*unbiased=*/false);
  expected.backward();
  const Loss loss = training_loss({output}, {}, {teacher}, {.distillation = 1});
  CHECK(loss.value == Approx(expected.item<double>()));
  CHECK(at::allclose(loss.gradients.at(0), output.grad(), 1e-5, 1e-8));
  CHECK(loss.uninformed == 1);
}

TEST_CASE("one number for a whole batch, nothing, and nothing but zeros teach nothing") {
  const at::Tensor output = leaf({2, 3, 4}), teacher = at::randn({2, 3, 4});
  const double alone = training_loss({output}, {}, {teacher}, {.distillation = 1}).value;
  const auto beside = [&](const at::Tensor& other, const at::Tensor& taught) {
    return training_loss({output, other}, {}, {teacher, taught}, {.distillation = 1});
  };
  CHECK(beside(leaf({}), at::randn({})).value == Approx(alone));
  CHECK_FALSE(beside(leaf({}), at::randn({})).gradients[1].defined());
  CHECK(beside(leaf({2, 0}), at::randn({2, 0})).value == Approx(alone));
  const Loss zeros = beside(leaf({2, 1}), at::zeros({2, 1}));
  CHECK(zeros.value == Approx(alone / 2));
  CHECK(zeros.gradients[1].equal(at::zeros({2, 1})));
  CHECK_THROWS_WITH(training_loss({leaf({})}, {}, {at::randn({})}, {.distillation = 1}),
                    contains("[samples, ...]"));
}

TEST_CASE(
    "the scale of an error is what the output varies by over several batches, at least a hundredth of it") {
  ErrorScales scales;
  scales.add({at::tensor({1.0f}), at::tensor({300.0f}), at::zeros({1, 2})});
  scales.add({at::tensor({3.0f}), at::tensor({300.0f}), at::zeros({1, 2})});
  CHECK(scales.scales()[0] == Approx(1));
  CHECK(scales.scales()[1] == Approx(9));
  CHECK(scales.scales()[2] == 0);
  const at::Tensor output = at::tensor({2.0f}).set_requires_grad(true), teacher = at::tensor({1.0f});
  LossOptions options;
  options.distillation = 1;
  options.error_scales = {4};
  CHECK(training_loss({output}, {}, {teacher}, options).value == Approx(0.25));
  CHECK(training_loss({output}, {}, {teacher}, options).gradients[0].item<float>() == Approx(0.5));
}

TEST_CASE("several outputs share the teacher's part") {
  const at::Tensor a = leaf({2, 3, 4}), b = leaf({2, 5, 5}), teacher_a = at::randn({2, 3, 4}),
                   teacher_b = at::randn({2, 5, 5});
  const double alone_a = training_loss({a}, {}, {teacher_a}, {.distillation = 1}).value;
  const double alone_b = training_loss({b}, {}, {teacher_b}, {.distillation = 1}).value;
  CHECK(training_loss({a, b}, {}, {teacher_a, teacher_b}, {.distillation = 1}).value ==
        Approx((alone_a + alone_b) / 2));
}

TEST_CASE("logits that are not finite make a loss that is not finite") {
  at::Tensor logits = at::randn({2, 3});
  logits[1][2] = std::nan("");
  logits.set_requires_grad(true);
  CHECK_FALSE(std::isfinite(training_loss({logits}, {at::tensor({0, 0}, at::kLong)}, {}, {}).value));
}

TEST_CASE("a teacher of other shapes, and outputs without a gradient, are refused") {
  CHECK_THROWS_WITH(training_loss({leaf({2, 3})}, {}, {at::randn({2, 4})}, {.distillation = 1}),
                    contains("[2, 4]") && contains("[2, 3]"));
  CHECK_THROWS_WITH(training_loss({at::randn({2, 3})}, {two_labels()}, {}, {}),
                    contains("depends on its parameters"));
}
