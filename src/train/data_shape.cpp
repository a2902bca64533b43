#include "train/data_shape.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

#include "base/error.h"

namespace qtool {

DataShape data_shape(Loader& loader) {
  const at::Tensor labels = loader.labels();
  if (!labels.defined())
    throw Error(ErrorKind::kUsage, {.what = "a built-in network needs data with labels",
                                    .where = loader.name(),
                                    .got = std::to_string(loader.size()) + " samples without labels",
                                    .expected = "labels, which say how many classes there are",
                                    .fix = "give data with labels"});
  DataShape shape;
  shape.classes = std::max<int64_t>(0, labels.max().item<int64_t>() + 1);
  if (const auto batch = loader.next()) shape.input = batch->inputs.at(0).sizes().slice(1).vec();
  return shape;
}

}  // namespace qtool
