#include "train/optimizer.h"

#include "gradient_sample.h"  // brings LibTorch's own CHECK macro, which must not come after Catch2's

#include "catch.h"

using namespace qtool;

TEST_CASE("a parameter without a gradient is left alone") {
  for (const auto kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const auto p = parameters_with_gradients();
    const auto optimizer = make_optimizer({.kind = kind}, p);
    optimizer->zero_grad();
    optimizer->step(0.1);
    CHECK(is(p[0].tensor, {1, 2}));
    CHECK(is(p[1].tensor, {3}));
  }
}

TEST_CASE("a copied state goes on as the original does") {
  for (const auto kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const auto p = parameters_with_gradients(), q = parameters_with_gradients();
    const auto first = make_optimizer({.kind = kind}, p), second = make_optimizer({.kind = kind}, q);
    first->step(0.1);
    for (size_t i = 0; i < p.size(); ++i) q[i].tensor.detach().copy_(p[i].tensor.detach());
    for (size_t i = 0; i < first->state().size(); ++i) {
      CHECK(first->state()[i].name == second->state()[i].name);
      second->state()[i].tensor.copy_(first->state()[i].tensor);
    }
    first->step(0.1);
    second->step(0.1);
    for (size_t i = 0; i < p.size(); ++i) CHECK(p[i].tensor.equal(q[i].tensor));
  }
}

TEST_CASE("a rate factor of a parameter scales its step") {
  for (const auto kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const auto p = parameters_with_gradients(), q = parameters_with_gradients();
    const auto factor = [](const std::string& name) { return name == "bias" ? 0.25 : 1.0; };
    make_optimizer({.kind = kind}, p)->step(0.1);
    make_optimizer({.kind = kind}, q, factor)->step(0.1);
    CHECK(q[0].tensor.equal(p[0].tensor));
    CHECK(3 - q[1].tensor.item<float>() == Approx(0.25 * (3 - p[1].tensor.item<float>())));
  }
}

TEST_CASE("rates that are not given depend on the optimizer") {
  CHECK(OptimizerOptions{.kind = OptimizerKind::kSgd}.peak_learning_rate() == 0.1);
  CHECK(OptimizerOptions{.kind = OptimizerKind::kAdamW}.peak_learning_rate() == 0.002);
  CHECK(OptimizerOptions{.learning_rate = 0.3}.peak_learning_rate() == 0.3);
  const OptimizerOptions fine_tuning{.sgd_rate = 0.03, .adamw_rate = 0.25};
  CHECK(fine_tuning.peak_learning_rate() == 0.03);
  CHECK(help_of_learning_rate(fine_tuning) ==
        "highest learning rate; by default 0.03 for sgd, 0.25 for adamw");
  CHECK(OptimizerOptions{.weight_decay = 0.0}.decay() == 0);
}
