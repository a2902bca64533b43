#include "train/data_parts.h"

#include <cmath>

#include "base/error.h"

namespace qtool {

DataParts split_data(const DataSpec& data, const Dataset& dataset, const TrainOptions& options,
                     bool needs_labels) {
  int64_t held_out = std::llround(options.validation * double(dataset.size()));
  if (data.batch > 0) held_out = (held_out + data.batch - 1) / data.batch * data.batch;
  const int64_t count = dataset.size() - held_out;
  if ((needs_labels && !dataset.has_targets()) || count < 1)
    throw Error(
        ErrorKind::kUsage,
        {.what = "training needs labelled samples",
         .where = to_string(data),
         .got =
             std::to_string(dataset.size()) + " samples" + (dataset.has_targets() ? "" : " without labels"),
         .expected = "labels, and a sample that is not held out",
         .fix = "give data with labels, a teacher with distillation 1, or lower the share of validation"});
  return {.training = {.batch_size = options.batch_size,
                       .shuffle = true,
                       .drop_last = count >= options.batch_size,
                       .seed = uint64_t(options.seed),
                       .augmentation = {.flip = options.flip, .shift_crop = options.shift_crop},
                       .count = count},
          .validation = {
              .batch_size = options.batch_size, .augmentation = {}, .first = count, .count = held_out}};
}

}  // namespace qtool
