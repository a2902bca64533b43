#include "measure/class_map.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <vector>

#include "base/error.h"
#include "catch.h"

using namespace qtool;

namespace {

std::vector<int64_t> numbers(const at::Tensor& tensor) {
  const auto* first = tensor.data_ptr<int64_t>();
  return {first, first + tensor.numel()};
}

}  // namespace

TEST_CASE("negative targets, and 255 where there is no such class, do not count") {
  const auto targets = at::tensor({0, 2, -3, 255}, at::kInt);
  CHECK(numbers(class_map(targets, 3, "data", 0)) == std::vector<int64_t>{0, 2, -1, -1});
  CHECK(numbers(class_map(targets, 256, "data", 0)) == std::vector<int64_t>{0, 2, -1, 255});
}

TEST_CASE("another number that is no class is named with its sample") {
  const auto targets = at::tensor({0, 1, 2, 7}, at::kLong).reshape({2, 2});
  CHECK_THROWS_WITH(class_map(targets, 3, "masks", 10), contains("7 in sample 11") && contains("masks"));
  CHECK_NOTHROW(class_map(targets, 8, "masks", 10));
}

TEST_CASE("targets stay as they are") {
  const auto targets = at::tensor({-5, 1}, at::kLong);
  (void)class_map(targets, 2, "data", 0);
  CHECK(targets[0].item<int64_t>() == -5);
}

TEST_CASE("a class map has the shape of the scores without their classes") {
  const auto scores = at::zeros({2, 3, 4, 5});
  CHECK(is_class_map(at::zeros({2, 4, 5}, at::kLong), scores, 1));
  CHECK_FALSE(is_class_map(at::zeros({2, 4, 5}), scores, 1));
  CHECK_FALSE(is_class_map(at::zeros({2, 4, 5}, at::kBool), scores, 1));
  CHECK_FALSE(is_class_map(at::zeros({2, 3, 5}, at::kLong), scores, 1));
  CHECK_FALSE(is_class_map(at::zeros({2, 4, 5}, at::kLong), scores.to(at::kLong), 1));
  CHECK_FALSE(is_class_map(at::zeros({2}, at::kLong), at::zeros({2, 1}), 1));
  CHECK_FALSE(is_class_map(at::zeros({2}, at::kLong), at::zeros({2, 3}), 2));
}
