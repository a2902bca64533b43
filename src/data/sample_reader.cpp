#include "data/sample_reader.h"

#include <ATen/ops/cat.h>

#include "base/error.h"
#include "data/stack_samples.h"
#include "data/transform.h"

namespace qtool {

namespace {

/// Whether the target is a map of classes of the pictures: what is done to them is done to it.
bool is_map_of(const at::Tensor& target, const at::Tensor& input) {
  return target.dim() == 3 && target.scalar_type() == at::kLong && input.dim() == 4 &&
         target.size(1) == input.size(2) && target.size(2) == input.size(3);
}

bool is_label(const at::Tensor& target) { return target.dim() == 1 && target.scalar_type() == at::kLong; }

[[noreturn]] void refuse_augmentation(const at::Tensor& target, const std::string& where) {
  throw Error(ErrorKind::kUsage,
              {.what = "augmentation would change pictures and not what is to be seen in them",
               .where = where,
               .got = "targets " + std::string(c10::toString(target.scalar_type())) + " " +
                      shape_text(target.sizes()),
               .expected = "labels [N], or class maps [N, H, W] of the pictures' size",
               .fix = "switch flip and shift_crop off for this data"});
}

}  // namespace

Batch SampleReader::read(std::span<const int64_t> indices, const Augmentation& augmentation, Rng& rng) {
  Batch batch = read_resized(indices);
  if (augmentation.flip || augmentation.shift_crop > 0)
    for (auto& target : batch.targets) {
      if (is_label(target)) continue;
      if (!is_map_of(target, batch.inputs.at(0))) refuse_augmentation(target, spec_.path);
      target = augment_map(target, augmentation, rng);
    }
  for (auto& input : batch.inputs)
    input = normalise(augment(input, augmentation, rng, spec_.path), spec_, spec_.path);
  return batch;
}

/// Samples of one size, `where` names them.
Batch SampleReader::resized(std::span<const int64_t> indices, const std::string& where) {
  Batch batch = dataset_->read(indices);
  for (auto& target : batch.targets)
    if (is_map_of(target, batch.inputs.at(0))) target = resize_and_crop_map(target, spec_, where);
  for (auto& input : batch.inputs) input = resize_and_crop(input, spec_, where);
  return batch;
}

/// Images that may differ in size are brought to one size each on its own.
Batch SampleReader::read_resized(std::span<const int64_t> indices) {
  if (dataset_->same_shape() || (spec_.resize == 0 && spec_.crop == 0)) return resized(indices, spec_.path);
  std::vector<at::Tensor> images;
  std::vector<std::vector<at::Tensor>> targets;  // of each kind those of all samples
  std::vector<std::string> names;
  for (const int64_t index : indices) {
    names.push_back(dataset_->name_of(index));
    const Batch one = resized({&index, 1}, names.back());
    images.push_back(one.inputs.at(0).squeeze(0));
    targets.resize(one.targets.size());
    for (size_t i = 0; i < targets.size(); ++i) targets[i].push_back(one.targets[i]);
  }
  Batch batch{{stack_samples(images, names)}, {}};
  for (const auto& parts : targets) batch.targets.push_back(at::cat(parts));
  return batch;
}

}  // namespace qtool
