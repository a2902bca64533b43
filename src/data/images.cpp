#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include "base/error.h"
#include "data/decode_image.h"
#include "data/image_folder.h"
#include "data/kinds.h"
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
    at::Tensor labels = at::empty({int64_t(indices.size())}, at::kLong);
    for (size_t i = 0; i < indices.size(); ++i) {
      const ImageFile& sample = samples_.at(size_t(indices[i]));
      names.push_back(sample.path);
      images.push_back(decode_image(sample.path, channels_, most_bytes_));
      labels.data_ptr<int64_t>()[i] = sample.label;
    }
    return {{stack_samples(images, names)}, {labels}};
  }

 private:
  std::vector<ImageFile> samples_;
  std::string left_out_;
  int64_t channels_;
  uint64_t most_bytes_;
};

}  // namespace

std::unique_ptr<Dataset> open_images(const DataSpec& spec) {
  return std::make_unique<Images>(list_images(spec.path, spec.split.value_or(Split::kTrain)),
                                  spec.mean.size() == 1 ? 1 : 3, most_unpacked_bytes(spec));
}

}  // namespace qtool
