#include "measure/classes.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <limits>

#include "answers.h"
#include "base/error.h"
#include "catch.h"

using namespace qtool;

namespace {

using Ranks = std::vector<int64_t>;

}  // namespace

TEST_CASE("the rank of a label is how many classes come before it") {
  // Seven classes, ascending: class 6 is first, 2 is fifth, 1 is sixth.
  const at::Tensor row = at::arange(7).to(at::kFloat).expand({3, 7});
  CHECK(ranks_of_labels(row, labels({6, 2, 1}), "model", 0) == Ranks{0, 4, 5});
}

TEST_CASE("of equal values the lower class counts as first") {
  const at::Tensor row = at::tensor({1.0f, 5.0f, 5.0f}).expand({2, 3});
  CHECK(ranks_of_labels(row, labels({1, 2}), "model", 0) == Ranks{0, 1});
}

TEST_CASE("an output with NaN has no label first") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto ranks =
      ranks_of_labels(at::tensor({nan, 1.0f, nan, nan}).view({2, 2}), labels({1, 0}), "model", 0);
  CHECK(ranks[0] > 0);
  CHECK(ranks[1] > 0);
}

TEST_CASE("class numbers are whole numbers, one for each sample") {
  CHECK(are_labels(labels({3, 4})));
  CHECK(are_labels(labels({3}).to(at::kByte)));
  CHECK_FALSE(are_labels(at::zeros({2})));
  CHECK_FALSE(are_labels(at::zeros({2, 1}, at::kLong)));
  CHECK_FALSE(are_labels(at::zeros({2}, at::kBool)));
}

TEST_CASE("a label outside the classes is named with its place") {
  const auto from_128 = [](int64_t i) { return "sample " + std::to_string(128 + i); };
  try {
    check_labels(labels({0, 2, 3}), 3, from_128, "idx:data");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.complaint().got == "label 3 at sample 130");
    CHECK(error.complaint().where == "idx:data");
    CHECK_THAT(error.complaint().expected, contains("from 0 to 2: the model has 3 classes"));
  }
  CHECK_THROWS_WITH(check_labels(
                        labels({-1}), 3, [](int64_t) { return "cat.png"; }, ""),
                    contains("label -1 at cat.png"));
}

TEST_CASE("an output that is not [N, classes] is refused") {
  const auto ranks = [](const at::Tensor& output) {
    return ranks_of_labels(output, labels({0, 1}), "model.pt", 0);
  };
  CHECK_THROWS_WITH(ranks(at::zeros({2, 3, 4})), contains("[2, 3, 4] for 2 samples"));
  CHECK_THROWS_WITH(ranks(at::zeros({3, 4})), contains("float [2, classes]"));
  CHECK_THROWS_WITH(ranks(at::zeros({2, 4}, at::kLong)), contains("integer [2, 4]"));
}
