#include "data/targets.h"

#include <ATen/ops/ones.h>

#include "catch.h"
#include "data/files.h"

using namespace qtool;

TEST_CASE("targets are known by their names, labels by what they are") {
  for (const char* name : {"labels", "targets", "target_boxes"}) CHECK(is_target_name(name));
  for (const char* name : {"label", "target", "x_target_y", ""}) CHECK_FALSE(is_target_name(name));
  CHECK(could_be_labels(at::kByte, 1));
  CHECK_FALSE(could_be_labels(at::kBool, 1));
  CHECK_FALSE(could_be_labels(at::kFloat, 1));
  CHECK_FALSE(could_be_labels(at::kLong, 2));
}

TEST_CASE("an array called labels must be labels, others need not") {
  CHECK_NOTHROW(require_labels("labels", at::kInt, 1, "x.npz"));
  CHECK_NOTHROW(require_labels("targets", at::kFloat, 3, "x.npz"));
  CHECK_THAT(message_of([] { require_labels("labels", at::kFloat, 1, "x.npz"); }),
             contains("labels must be one whole number for each sample") && contains("x.npz") &&
                 contains("Float with 1 dimensions"));
}

TEST_CASE("whole numbers are wide and floats single, truths stay") {
  CHECK(as_target(at::ones({2}, at::kByte)).scalar_type() == at::kLong);
  CHECK(as_target(at::ones({2}, at::kDouble)).scalar_type() == at::kFloat);
  CHECK(as_target(at::ones({2}, at::kHalf)).scalar_type() == at::kFloat);
  CHECK(as_target(at::ones({2}, at::kBool)).scalar_type() == at::kBool);
}
