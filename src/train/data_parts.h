#pragma once
#include "data/loader.h"
#include "train/trainer.h"

namespace qtool {

/// What of the data is trained on and what is held out.
struct DataParts {
  LoaderOptions training;    ///< shuffled, augmented
  LoaderOptions validation;  ///< the end of the data as it is; count 0: nothing is held out
};

/// Throws Error(kUsage) where nothing is left to train on and, with `needs_labels`, for data without labels.
/// `dataset` is what `data` names.
[[nodiscard]] DataParts split_data(const DataSpec& data, const Dataset& dataset, const TrainOptions& options,
                                   bool needs_labels);

}  // namespace qtool
