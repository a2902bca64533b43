#include "data/stored_array.h"

#include <ATen/ops/empty.h>

#include "base/error.h"
#include "data/stack_samples.h"
#include "data/targets.h"

namespace qtool {
namespace {

/// Bytes of one sample; a product that overflows is refused, as no file holds it.
uint64_t bytes_of_sample(const std::vector<int64_t>& shape, uint64_t element_bytes,
                         const std::string& where) {
  uint64_t bytes = element_bytes;
  bool fits = !shape.empty();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    uint64_t ignored = 0;
    fits = fits && shape[axis] >= (axis == 0 ? 0 : 1);
    fits = fits && !__builtin_mul_overflow(bytes, uint64_t(shape[axis]), axis == 0 ? &ignored : &bytes);
  }
  uint64_t total = 0;
  if (!fits || __builtin_mul_overflow(bytes, uint64_t(shape[0]), &total) || total > (uint64_t{1} << 62))
    throw Error(ErrorKind::kUsage,
                {.what = "impossible array shape",
                 .where = where,
                 .got = shape_text(shape),
                 .expected = "[N, ...], samples along the first axis, no extent of 0",
                 .fix = "write the array with one sample for each index of its first axis"});
  return bytes;
}

class ArraysDataset : public Dataset {
 public:
  ArraysDataset(std::vector<StoredArray> inputs, std::vector<StoredArray> targets,
                std::vector<std::string> names)
      : inputs_(std::move(inputs)), targets_(std::move(targets)), names_(std::move(names)) {}

  int64_t size() const override { return inputs_[0].size(); }
  bool has_targets() const override { return !targets_.empty(); }
  at::Tensor labels() override {
    const bool has_labels =
        !targets_.empty() && could_be_labels(targets_[0].dtype(), targets_[0].shape().size());
    return has_labels ? as_target(targets_[0].read_all()) : at::Tensor();
  }
  std::vector<std::string> input_names() const override { return names_; }
  Batch read(std::span<const int64_t> indices) override {
    Batch batch;
    for (const auto& input : inputs_) batch.inputs.push_back(input.read(indices));
    for (const auto& target : targets_) batch.targets.push_back(as_target(target.read(indices)));
    return batch;
  }

 private:
  std::vector<StoredArray> inputs_;
  std::vector<StoredArray> targets_;
  std::vector<std::string> names_;
};

void require_same_count(const StoredArray& array, const StoredArray& first) {
  if (array.size() == first.size()) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = "arrays differ in their number of samples",
       .where = array.name(),
       .got = std::to_string(array.size()) + " samples",
       .expected = std::to_string(first.size()) + " samples, as in " + first.name(),
       .fix =
           "each array holds its samples along its first axis; where an input of the model does not (a state "
           "[layers, N, hidden], edges of a graph, offsets of bags), wrap the model so that it does"});
}

}  // namespace

StoredArray::StoredArray(std::shared_ptr<ByteSource> source, uint64_t offset, at::ScalarType dtype,
                         std::vector<int64_t> shape)
    : source_(std::move(source)), offset_(offset), dtype_(dtype), shape_(std::move(shape)) {
  sample_bytes_ = bytes_of_sample(shape_, c10::elementSize(dtype_), name());
  if (shape_[0] == 0)
    throw Error(ErrorKind::kUsage, {.what = "zero samples",
                                    .where = name(),
                                    .got = "an array of shape " + shape_text(shape_),
                                    .expected = "at least one sample",
                                    .fix = "give a file that holds samples"});
  source_->require_size(offset_ + sample_bytes_ * uint64_t(shape_[0]));
}

at::Tensor StoredArray::read(std::span<const int64_t> indices) const {
  std::vector<int64_t> shape = shape_;
  shape[0] = int64_t(indices.size());
  at::Tensor samples = at::empty(shape, at::TensorOptions().dtype(dtype_));
  char* to = static_cast<char*>(samples.data_ptr());
  for (size_t i = 0; i < indices.size();) {
    size_t run = 1;
    while (i + run < indices.size() && indices[i + run] == indices[i] + int64_t(run)) ++run;
    QTOOL_ASSERT(indices[i] >= 0 && indices[i + run - 1] < size());
    source_->read(offset_ + uint64_t(indices[i]) * sample_bytes_, to + i * sample_bytes_,
                  run * sample_bytes_);
    i += run;
  }
  return samples;
}

at::Tensor StoredArray::read_all() const {
  at::Tensor samples = at::empty(shape_, at::TensorOptions().dtype(dtype_));
  source_->read(offset_, samples.data_ptr(), samples.nbytes());
  return samples;
}

at::Tensor StoredArray::read_byte_of_each(uint64_t place) const {
  QTOOL_ASSERT(place < sample_bytes_);
  at::Tensor bytes = at::empty({size()}, at::kByte);
  auto* to = bytes.data_ptr<uint8_t>();
  for (int64_t i = 0; i < size(); ++i)
    source_->read(offset_ + uint64_t(i) * sample_bytes_ + place, to + i, 1);
  return bytes;
}

std::unique_ptr<Dataset> dataset_of_arrays(std::vector<StoredArray> inputs, std::vector<StoredArray> targets,
                                           std::vector<std::string> input_names) {
  QTOOL_ASSERT(!inputs.empty());
  for (const auto* arrays : {&inputs, &targets})
    for (const auto& array : *arrays) require_same_count(array, inputs[0]);
  return std::make_unique<ArraysDataset>(std::move(inputs), std::move(targets), std::move(input_names));
}

}  // namespace qtool
