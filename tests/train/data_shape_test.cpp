#include "train/data_shape.h"

#include <ATen/core/Tensor.h>

#include "catch.h"
#include "small_problem.h"

using namespace qtool;

TEST_CASE("shape and classes are read from the data") {
  const TemporaryFolder folder;
  const DataShape shape = data_shape(write_small_data(folder, 10, /*wrong_label=*/6));
  CHECK(shape.input == std::vector<int64_t>{1, 8, 8});
  CHECK(shape.classes == 7);
}

TEST_CASE("data without labels cannot say how many classes there are") {
  DataSpec noise = parse_data_spec("random:1x8x8");
  CHECK_THROWS_WITH(data_shape(noise), contains("without labels"));
}
