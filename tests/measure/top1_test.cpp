#include "measure/top1.h"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include "answers.h"
#include "catch.h"

using namespace qtool;

TEST_CASE("top-1 is the percentage of samples whose label has the largest output, over batches") {
  const auto top1 = make_top1("model");
  const at::Tensor row = at::tensor({1.0f, 5.0f, 2.0f}).view({1, 3});
  add(*top1, row.expand({2, 3}), labels({1, 2}));
  add(*top1, row, labels({1}));
  CHECK(top1->value() == Approx(200.0 / 3));
  CHECK(top1->samples() == std::vector<double>{100, 0, 100});
}

TEST_CASE("a wrong label is named with its place among all samples") {
  const auto top1 = make_top1("model.pt");
  const at::Tensor row = at::tensor({1.0f, 5.0f}).view({1, 2});
  add(*top1, row, labels({0}));
  CHECK_THROWS_WITH(add(*top1, row, labels({2})), contains("model.pt") && contains("label 2 at sample 1"));
}

TEST_CASE("labels that count from 1 are told from a model that is wrong") {
  const at::Tensor row = at::tensor({1.0f, 5.0f, 2.0f, 0.0f}).expand({32, 4});
  const auto warning_of = [&](int64_t label, int64_t others) {
    const auto top1 = make_top1("model");
    add(*top1, row, at::full({32}, label, at::kLong));
    add(*top1, row.narrow(0, 0, 1), labels({others}));
    return top1->warning().value_or("");
  };
  CHECK_THAT(warning_of(2, 3), contains("no label is 0") &&
                                   contains("32 are right where labels count from 1, 0 where") &&
                                   contains("subtract 1 from the labels"));
  CHECK(warning_of(2, 0).empty());  // a class 0
  CHECK(warning_of(1, 3).empty());  // right
  CHECK(warning_of(3, 3).empty());  // wrong either way
}
