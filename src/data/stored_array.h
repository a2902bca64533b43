#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/byte_source.h"
#include "data/dataset.h"

namespace qtool {

/// A row-major array in a file, read a few samples at a time.
class StoredArray {
 public:
  /// `shape` [N, ...] with its first element at byte `offset`. Throws Error(kUsage) where N is 0, a dimension
  /// is negative, or the source does not end right after the array.
  StoredArray(std::shared_ptr<ByteSource> source, uint64_t offset, at::ScalarType dtype,
              std::vector<int64_t> shape);

  [[nodiscard]] int64_t size() const { return shape_[0]; }
  [[nodiscard]] const std::vector<int64_t>& shape() const { return shape_; }
  [[nodiscard]] at::ScalarType dtype() const { return dtype_; }
  [[nodiscard]] const std::string& name() const { return source_->name(); }
  /// The samples with these indices, [indices.size(), ...]. Neighbours are read in one go.
  [[nodiscard]] at::Tensor read(std::span<const int64_t> indices) const;
  [[nodiscard]] at::Tensor read_all() const;
  /// Byte `place` of each sample, uint8 [N].
  [[nodiscard]] at::Tensor read_byte_of_each(uint64_t place) const;

 private:
  std::shared_ptr<ByteSource> source_;
  uint64_t offset_;
  at::ScalarType dtype_;
  std::vector<int64_t> shape_;
  uint64_t sample_bytes_ = 0;
};

/// A data set of arrays with as many samples each. `input_names` may be empty. Throws Error(kUsage) that names the
/// arrays which do not fit.
[[nodiscard]] std::unique_ptr<Dataset> dataset_of_arrays(std::vector<StoredArray> inputs,
                                                         std::vector<StoredArray> targets,
                                                         std::vector<std::string> input_names = {});

}  // namespace qtool
