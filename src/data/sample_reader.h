#pragma once
#include "data/augment.h"
#include "data/dataset.h"

namespace qtool {

/// Reads samples and makes them ready for the model: resized, cropped, augmented, normalised, in this order.
class SampleReader {
 public:
  /// `dataset` is what the spec names, opened.
  SampleReader(const DataSpec& spec, std::shared_ptr<Dataset> dataset)
      : spec_(spec), dataset_(std::move(dataset)) {}

  [[nodiscard]] const DataSpec& spec() const { return spec_; }
  [[nodiscard]] const Dataset& dataset() const { return *dataset_; }
  [[nodiscard]] Dataset& dataset() { return *dataset_; }
  /// The samples with these indices. `rng` is what augmentation draws from.
  [[nodiscard]] Batch read(std::span<const int64_t> indices, const Augmentation& augmentation, Rng& rng);

 private:
  [[nodiscard]] Batch resized(std::span<const int64_t> indices, const std::string& where);
  [[nodiscard]] Batch read_resized(std::span<const int64_t> indices);

  DataSpec spec_;
  std::shared_ptr<Dataset> dataset_;
};

}  // namespace qtool
