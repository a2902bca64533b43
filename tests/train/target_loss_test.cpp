#include "train/target_loss.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "catch.h"
#include "train/loss.h"

using namespace qtool;

namespace {

at::Tensor leaf(std::vector<float> values, at::IntArrayRef shape) {
  return at::tensor(values).view(shape).set_requires_grad(true);
}

/// Scores [1, 2, 1, 3] of a map of three pixels; softmax of the classes is (3/4, 1/4), (1/2, 1/2), (1/2, 1/2).
at::Tensor scores() {
  const float three = std::log(3.0f);
  return leaf({three, 0, 0, 0, 0, 0}, {1, 2, 1, 3});
}

}  // namespace

TEST_CASE("what fits outputs and targets is taken where no loss is named") {
  const at::Tensor map = at::tensor({1, 0, 255}, at::kLong).view({1, 1, 3});  // the last does not count
  const Loss of_map = training_loss({scores()}, {map}, {}, {});
  CHECK(of_map.value == Approx(-(std::log(0.25) + std::log(0.5)) / 2));
  REQUIRE(of_map.gradients.size() == 1);
  CHECK(of_map.gradients[0].flatten()[0].item<float>() == Approx(0.75 / 2));
  CHECK(of_map.gradients[0].flatten()[2].item<float>() == 0);

  const Loss of_numbers = training_loss({leaf({1, 2}, {2, 1})}, {at::tensor({0.0f, 4.0f})}, {}, {});
  CHECK(of_numbers.value == Approx((1.0 + 4.0) / 2));
  CHECK(of_numbers.gradients[0].flatten()[1].item<float>() == Approx(-2));
  CHECK(of_numbers.uninformed == Approx((4.0 + 9.0) / 2));  // 2 for 0, 1 for 4
}

TEST_CASE("tokens are classes along the last axis") {
  const at::Tensor logits = at::zeros({1, 2, 4}).set_requires_grad(true);
  CHECK(training_loss({logits}, {at::tensor({3, 0}, at::kLong).view({1, 2})}, {}, {}).value ==
        Approx(std::log(4.0)));
}

TEST_CASE("a map of which no pixel counts teaches nothing") {
  const Loss loss =
      training_loss({scores()}, {at::tensor({255, 255, -1}, at::kLong).view({1, 1, 3})}, {}, {});
  CHECK(loss.value == 0);
  CHECK(loss.gradients[0].abs().sum().item<float>() == 0);
}

TEST_CASE("a loss by targets is mixed with distillation") {
  const at::Tensor output = leaf({1, 2}, {2, 1}), teacher = at::tensor({1.0f, 3.0f}).view({2, 1});
  const double taught = training_loss({output}, {}, {teacher}, {.distillation = 1}).value;
  const LossOptions half{.target = choose_loss("mse", 0), .distillation = 0.5};
  CHECK(training_loss({output}, {at::tensor({0.0f, 4.0f})}, {teacher}, half).value ==
        Approx(0.5 * taught + 0.5 * 2.5));
}

TEST_CASE("a loss that does not apply says why") {
  const auto loss_of = [](const at::Tensor& output, const at::Tensor& target, const std::string& name) {
    return training_loss({output}, {target}, {}, {.target = choose_loss(name, 0)});
  };
  CHECK_THROWS_WITH(loss_of(scores(), at::zeros({1, 5}, at::kLong), ""),
                    contains("no loss applies") && contains("[1, 2, 1, 3]") && contains("[1, 5]"));
  CHECK_THROWS_WITH(loss_of(scores(), at::zeros({1, 1, 3}), "cross_entropy"),
                    contains("cross entropy does not apply"));
  CHECK_THROWS_WITH(loss_of(scores(), at::zeros({1, 1, 3}, at::kLong), "mse"),
                    contains("the mean squared error does not apply"));
  CHECK_THROWS_WITH(choose_loss("mes", 0), contains("unknown loss 'mes', did you mean 'mse'?"));
  CHECK_THROWS_WITH(choose_loss("/nowhere/ctc.pt", 0), contains("does not exist"));
}
