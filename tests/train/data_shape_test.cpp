#include "train/data_shape.h"

#include <ATen/core/Tensor.h>

#include "catch.h"
#include "small_problem.h"

using namespace qtool;

TEST_CASE("shape and classes are read from the data") {
  const TemporaryFolder folder;
  Loader loader(write_small_data(folder, 10, /*wrong_label=*/6), {}, {.batch_size = 1});
  const DataShape shape = data_shape(loader);
  CHECK(shape.input == std::vector<int64_t>{1, 8, 8});
  CHECK(shape.classes == 7);
}

TEST_CASE("data without labels cannot say how many classes there are") {
  Loader noise(parse_data_spec("random:1x8x8"), {}, {.batch_size = 1});
  CHECK_THROWS_WITH(data_shape(noise), contains("without labels"));
}
