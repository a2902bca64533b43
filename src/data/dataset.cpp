#include "data/dataset.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <limits>
#include <mutex>

#include "data/kinds.h"

namespace qtool {
namespace {

/// The first samples of a data set, for readers in several threads.
class SharedSamples : public Dataset {
 public:
  SharedSamples(std::unique_ptr<Dataset> whole, int64_t limit) : whole_(std::move(whole)), limit_(limit) {}

  int64_t size() const override { return std::min(limit_, whole_->size()); }
  bool has_targets() const override { return whole_->has_targets(); }
  at::Tensor labels() override {
    const std::lock_guard lock(reading_);
    const at::Tensor all = whole_->labels();
    return all.defined() ? all.narrow(0, 0, size()) : all;
  }
  Batch read(std::span<const int64_t> indices) override {
    const std::lock_guard lock(reading_);
    return whole_->read(indices);
  }
  std::vector<std::string> input_names() const override { return whole_->input_names(); }
  std::vector<std::string> notes() const override { return whole_->notes(); }
  bool same_shape() const override { return whole_->same_shape(); }
  std::string name_of(int64_t index) const override { return whole_->name_of(index); }

 private:
  std::unique_ptr<Dataset> whole_;
  int64_t limit_;
  std::mutex reading_;
};

std::unique_ptr<Dataset> open_whole(const DataSpec& spec) {
  switch (spec.kind) {
    case DataKind::kIdx:
      return open_idx(spec);
    case DataKind::kCifar:
      return open_cifar(spec);
    case DataKind::kImages:
      return open_images(spec);
    case DataKind::kNpy:
      return open_npy(spec);
    case DataKind::kNpz:
      return open_npz(spec);
    case DataKind::kTensors:
      return open_tensors(spec);
    case DataKind::kRandom:
      return open_random(spec);
  }
  QTOOL_ASSERT(!"every kind has an opener");
  return nullptr;
}

}  // namespace

std::unique_ptr<Dataset> open_dataset(const DataSpec& spec) {
  const int64_t limit = spec.limit == 0 ? std::numeric_limits<int64_t>::max() : spec.limit;
  return std::make_unique<SharedSamples>(open_whole(spec), limit);
}

}  // namespace qtool
