#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include "base/error.h"
#include "data/decode_image.h"
#include "data/image_folder.h"
#include "data/kinds.h"
#include "data/labelled_images.h"
#include "data/stack_samples.h"
#include "data/unpacked_size.h"

namespace qtool {
namespace {

class Images : public Dataset {
 public:
  Images(ImageList list, int64_t channels, uint64_t most_bytes)
      : samples_(std::move(list.images)),
        left_out_(std::move(list.left_out)),
        channels_(channels),
        most_bytes_(most_bytes) {}

  int64_t size() const override { return int64_t(samples_.size()); }
  bool has_targets() const override { return true; }
  at::Tensor labels() override {
    if (has_masks()) return {};
    at::Tensor labels = at::empty({size()}, at::kLong);
    for (int64_t i = 0; i < size(); ++i) labels.data_ptr<int64_t>()[i] = samples_[size_t(i)].label;
    return labels;
  }
  std::vector<std::string> notes() const override {
    return left_out_.empty() ? std::vector<std::string>() : std::vector{left_out_};
  }
  bool same_shape() const override { return false; }
  std::string name_of(int64_t index) const override { return samples_.at(size_t(index)).path; }
  Batch read(std::span<const int64_t> indices) override {
    std::vector<at::Tensor> images;
    std::vector<std::string> names;
    std::vector<at::Tensor> masks;
    at::Tensor labels = at::empty({int64_t(indices.size())}, at::kLong);
    for (size_t i = 0; i < indices.size(); ++i) {
      const ImageFile& sample = samples_.at(size_t(indices[i]));
      names.push_back(sample.path);
      images.push_back(decode_image(sample.path, channels_, most_bytes_));
      labels.data_ptr<int64_t>()[i] = sample.label;
      if (!sample.mask.empty()) masks.push_back(mask_of(sample, images.back()));
    }
    return {{stack_samples(images, names)}, {masks.empty() ? labels : stack_samples(masks, names)}};
  }

 private:
  [[nodiscard]] bool has_masks() const { return !samples_.at(0).mask.empty(); }
  [[nodiscard]] at::Tensor mask_of(const ImageFile& sample, const at::Tensor& image) const {
    at::Tensor mask = decode_class_map(sample.mask, most_bytes_);
    if (mask.sizes() == image.sizes().slice(1)) return mask;
    throw Error(ErrorKind::kUsage, {.what = "a mask has not the size of its image",
                                    .where = sample.mask,
                                    .got = shape_text(mask.sizes()),
                                    .expected = shape_text(image.sizes().slice(1)) + ", as " + sample.path,
                                    .fix = "save the mask in the size of the image"});
  }

  std::vector<ImageFile> samples_;
  std::string left_out_;
  int64_t channels_;
  uint64_t most_bytes_;
};

}  // namespace

namespace {

ImageList list_of(const DataSpec& spec) {
  if (!spec.labels.empty()) return list_labelled_images(spec.path, spec.labels);
  if (!spec.masks.empty()) return list_masked_images(spec.path, spec.masks);
  return list_images(spec.path, spec.split.value_or(Split::kTrain));
}

}  // namespace

std::unique_ptr<Dataset> open_images(const DataSpec& spec) {
  return std::make_unique<Images>(list_of(spec), spec.mean.size() == 1 ? 1 : 3, most_unpacked_bytes(spec));
}

}  // namespace qtool
