#include "measure/miou.h"

#include <ATen/ops/one_hot.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "answers.h"
#include "catch.h"

using namespace qtool;

namespace {

/// Scores [1, 3, 2, 2] of maps of 2 x 2 pixels.
at::Tensor scores(const std::vector<int64_t>& pixels) {
  return at::one_hot(at::tensor(pixels, at::kLong), 3)
      .to(at::kFloat)
      .view({1, 2, 2, 3})
      .permute({0, 3, 1, 2});
}

at::Tensor map(const std::vector<int64_t>& pixels) { return at::tensor(pixels, at::kLong).view({1, 2, 2}); }

}  // namespace

TEST_CASE("mean IoU is over classes, and those are over all samples") {
  // Of the pixels where class 0 is in one of the two, both agree on 1 of 2; of class 1 on 1 of 3, of class 2 on none.
  CHECK(metric_of(make_miou, scores({0, 1, 1, 2}), map({0, 0, 1, 1}))->value() ==
        Approx((1.0 / 2 + 1.0 / 3 + 0) / 3 * 100));
  CHECK(metric_of(make_miou, scores({0, 1, 1, 0}), map({0, 1, 1, 0}))->value() == 100);
}

TEST_CASE("negative targets and 255 do not count") {
  CHECK(metric_of(make_miou, scores({0, 1, 2, 2}), map({0, 1, 255, -1}))->value() == 100);
  CHECK_THROWS_WITH(metric_of(make_miou, scores({0, 1, 2, 2}), map({0, 1, 3, 0})),
                    contains("3 in sample 0") && contains("0 to 2"));
}

TEST_CASE("a map of another size is refused with both shapes") {
  CHECK_THROWS_WITH(metric_of(make_miou, scores({0, 1, 2, 2}), at::zeros({1, 4, 4}, at::kLong)),
                    contains("[1, 3, 2, 2]") && contains("[1, 4, 4]"));
}
