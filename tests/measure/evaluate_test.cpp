#include "measure/evaluate.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/flatten.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/randn_like.h>

#include "catch.h"
#include "labelled_file.h"

using namespace qtool;

namespace {

using Tensors = std::vector<at::Tensor>;

}  // namespace

TEST_CASE("several models over the same batches") {
  const LabelledFile file({255, 0, 0, 255, 255, 0}, {0, 1, 1});
  Loader loader(file.spec(), {}, {.batch_size = 2, .augmentation = {}});
  const std::vector<Candidate> candidates = {
      {.name = "plain", .run = [](const Tensors& x) { return Tensors{at::flatten(x[0], 1)}; }},
      {.name = "half", .run = [](const Tensors& x) { return Tensors{at::flatten(x[0], 1) * 0.5}; }},
      {.name = "mirrored",
       .run = [](const Tensors& x) { return Tensors{at::flip(at::flatten(x[0], 1), {1}) * 0.5}; },
       .other = 1}};
  const auto results = evaluate(candidates, loader);
  REQUIRE(results.size() == 3);
  CHECK(results[0].metric("top1")->value == Approx(200.0 / 3));
  CHECK(results[0].metric("top1")->samples == std::vector<double>{100, 100, 0});
  CHECK(results[2].metric("top1")->samples == std::vector<double>{0, 0, 100});
  CHECK(results[1].metric("agreement")->value == 100);
  CHECK(results[2].metric("agreement")->value == 0);
  CHECK_FALSE(results[0].metric("unheard-of"));
  CHECK(results[0].with_first.same() == 1);
  CHECK(results[1].with_first.same() == 1);
  CHECK(results[1].with_first.cosine == Approx(1));
  CHECK(results[1].with_first.sqnr_db == Approx(6.0206));  // 10 log10(1 / 0.25)
  CHECK(results[2].with_first.same() == 0);
  CHECK(results[2].with_first.max_difference == 1);
  CHECK(results[2].with_other.max_difference == 0.5);
}

TEST_CASE("a model alone is held against targets only") {
  const LabelledFile file({255, 0}, {0});
  Loader loader(file.spec(), {}, {.augmentation = {}});
  const std::vector<Candidate> candidates = {
      {.name = "model", .run = [](const Tensors& x) { return Tensors{at::flatten(x[0], 1)}; }}};
  const auto results = evaluate(candidates, loader);
  CHECK(results[0].metric("top1")->value == 100);
  CHECK_FALSE(results[0].metric("agreement"));
}

TEST_CASE("nothing is recorded for gradients while evaluating") {
  const LabelledFile file({255, 0}, {0});
  Loader loader(file.spec(), {}, {.augmentation = {}});
  bool recording = true;
  const std::vector<Candidate> candidates = {{.name = "model", .run = [&](const Tensors& x) {
                                                recording = at::GradMode::is_enabled();
                                                return Tensors{at::flatten(x[0], 1)};
                                              }}};
  (void)evaluate(candidates, loader);
  CHECK_FALSE(recording);
}

TEST_CASE("models that draw random numbers draw the same, in each batch others") {
  const LabelledFile file({255, 0, 0, 255}, {0, 1});
  Loader loader(file.spec(), {}, {.batch_size = 1, .augmentation = {}});
  std::vector<at::Tensor> noise;
  const auto noisy = [&](const Tensors& x) {
    noise.push_back(at::randn_like(at::flatten(x[0], 1)));
    return Tensors{noise.back()};
  };
  const std::vector<Candidate> candidates = {{.name = "one", .run = noisy}, {.name = "other", .run = noisy}};
  CHECK(evaluate(candidates, loader)[1].with_first.max_difference == 0);
  REQUIRE(noise.size() == 4);
  CHECK_FALSE(noise[0].equal(noise[2]));
}
