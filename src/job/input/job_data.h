#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/loader.h"
#include "graph/model.h"

namespace qtool {

/// The data of one job: its spec, and each split, which is opened once, when it is first asked for.
class JobData {
 public:
  /// `text` is a data spec; empty: the job has no data. What reads it throws what parse_data_spec(), open_dataset() and
  /// Loader throw.
  explicit JobData(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] bool is_given() const { return !text_.empty(); }
  /// The spec with `split` where it names none itself: calibration and training take the training split, accuracy is
  /// measured on the test split.
  [[nodiscard]] DataSpec spec(Split split) const;
  [[nodiscard]] bool has_targets(Split split);
  /// What spec(split) names, open.
  [[nodiscard]] const std::shared_ptr<Dataset>& opened(Split split);
  /// Batches of the split.
  [[nodiscard]] Loader loader(Split split, const ReaderInputs& readers, const LoaderOptions& options);
  /// Inputs for the model: the first samples of the training split.
  [[nodiscard]] std::vector<at::Tensor> first_samples(const Model& model, int64_t count);

 private:
  std::string text_;
  std::map<Split, std::shared_ptr<Dataset>> opened_;  ///< by the split that is read
};

}  // namespace qtool
