#include "train/data_parts.h"

#include <ATen/core/Tensor.h>

#include "catch.h"
#include "small_problem.h"

using namespace qtool;

namespace {

DataParts split(const DataSpec& data, const TrainOptions& options, bool needs_labels) {
  return split_data(data, *open_dataset(data), options, needs_labels);
}

}  // namespace

TEST_CASE("the end of the data is held out, as it is") {
  const TemporaryFolder folder;
  const DataParts parts = split(write_small_data(folder, 50),
                                {.batch_size = 16, .flip = true, .validation = 0.25, .seed = 3}, true);
  CHECK(parts.training.first == 0);
  CHECK(parts.training.count == 37);  // 12.5 samples are rounded to 13
  CHECK(parts.training.shuffle);
  CHECK(parts.training.drop_last);
  CHECK(parts.training.augmentation.flip);
  CHECK(parts.training.seed == 3);
  CHECK(parts.validation.first == 37);
  CHECK(parts.validation.count == 13);
  CHECK_FALSE(parts.validation.shuffle);
  CHECK_FALSE(parts.validation.augmentation.flip);
}

TEST_CASE("fewer samples than a batch make one small batch") {
  const TemporaryFolder folder;
  const DataParts parts = split(write_small_data(folder, 10), {.batch_size = 16, .validation = 0}, true);
  CHECK_FALSE(parts.training.drop_last);
  CHECK(parts.validation.count == 0);
}

TEST_CASE("holding everything out is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(split(write_small_data(folder, 1), {.validation = 0.9}, false), contains("not held out"));
}

TEST_CASE("data without labels will do where they are not needed") {
  const DataSpec data = parse_data_spec("random:1x8x8,samples=20");
  CHECK(split(data, {.batch_size = 4, .validation = 0.1}, false).training.count == 18);
  CHECK_THROWS_WITH(split(data, {.batch_size = 4}, true), contains("without labels"));
}
