#include "data/sample_reader.h"

#include <ATen/ops/cat.h>

#include "data/stack_samples.h"
#include "data/transform.h"

namespace qtool {

Batch SampleReader::read(std::span<const int64_t> indices, const Augmentation& augmentation, Rng& rng) {
  Batch batch = read_resized(indices);
  for (auto& input : batch.inputs)
    input = normalise(augment(input, augmentation, rng, spec_.path), spec_, spec_.path);
  return batch;
}

/// Images that may differ in size are brought to one size each on its own.
Batch SampleReader::read_resized(std::span<const int64_t> indices) {
  if (dataset_->same_shape() || (spec_.resize == 0 && spec_.crop == 0)) {
    Batch batch = dataset_->read(indices);
    for (auto& input : batch.inputs) input = resize_and_crop(input, spec_, spec_.path);
    return batch;
  }
  std::vector<at::Tensor> images;
  std::vector<std::vector<at::Tensor>> targets;  // of each kind those of all samples
  std::vector<std::string> names;
  for (const int64_t index : indices) {
    const Batch one = dataset_->read({&index, 1});
    names.push_back(dataset_->name_of(index));
    images.push_back(resize_and_crop(one.inputs.at(0), spec_, names.back()).squeeze(0));
    targets.resize(one.targets.size());
    for (size_t i = 0; i < targets.size(); ++i) targets[i].push_back(one.targets[i]);
  }
  Batch batch{{stack_samples(images, names)}, {}};
  for (const auto& parts : targets) batch.targets.push_back(at::cat(parts));
  return batch;
}

}  // namespace qtool
