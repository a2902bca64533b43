#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <filesystem>

#include "base/error.h"
#include "data/folder.h"
#include "data/kinds.h"
#include "data/stored_array.h"

namespace qtool {
namespace {

constexpr int64_t kChannels = 3, kSide = 32;
constexpr int64_t kRecord = 1 + kChannels * kSide * kSide;  // label, then red, green, blue planes

/// One file as uint8 [N, 3073].
StoredArray open_records(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code))
    throw Error(ErrorKind::kUsage, {.what = "missing CIFAR-10 file",
                                    .where = path,
                                    .got = "nothing there",
                                    .expected = "data_batch_1.bin to data_batch_5.bin and test_batch.bin",
                                    .fix = "unpack CIFAR-10's binary version there, not the Python version"});
  const auto bytes = int64_t(std::filesystem::file_size(path));
  if (bytes % kRecord != 0)
    throw Error(ErrorKind::kUsage,
                {.what = "truncated CIFAR-10 file",
                 .where = path,
                 .got = std::to_string(bytes) + " bytes",
                 .expected = "records of " + std::to_string(kRecord) + " bytes, a label and 3x32x32 pixels",
                 .fix = "copy or download the file again"});
  return {open_plain(path), 0, at::kByte, {bytes / kRecord, kRecord}};
}

/// Files one after the other.
class Cifar : public Dataset {
 public:
  explicit Cifar(std::vector<StoredArray> files) : files_(std::move(files)) {
    for (const auto& file : files_) size_ += file.size();
  }

  int64_t size() const override { return size_; }
  bool has_targets() const override { return true; }
  at::Tensor labels() override {
    std::vector<at::Tensor> labels;
    for (const auto& file : files_) labels.push_back(file.read_byte_of_each(0));
    return at::cat(labels).to(at::kLong);
  }
  Batch read(std::span<const int64_t> indices) override {
    at::Tensor records = at::empty({int64_t(indices.size()), kRecord}, at::kByte);
    for (size_t i = 0; i < indices.size();) {
      const Place place = find(indices[i]);
      std::vector<int64_t> inside;
      const size_t begin = i;
      for (; i < indices.size() && find(indices[i]).file == place.file; ++i)
        inside.push_back(find(indices[i]).index);
      records.narrow(0, int64_t(begin), int64_t(i - begin)).copy_(files_[place.file].read(inside));
    }
    const at::Tensor pixels = records.narrow(1, 1, kRecord - 1).contiguous();
    return {{pixels.view({-1, kChannels, kSide, kSide})}, {records.select(1, 0).to(at::kLong)}};
  }

 private:
  struct Place {
    size_t file;
    int64_t index;
  };
  Place find(int64_t index) const {
    QTOOL_ASSERT(index >= 0 && index < size_);
    Place place{0, index};
    for (; place.index >= files_[place.file].size(); ++place.file) place.index -= files_[place.file].size();
    return place;
  }

  std::vector<StoredArray> files_;
  int64_t size_ = 0;
};

}  // namespace

std::unique_ptr<Dataset> open_cifar(const DataSpec& spec) {
  require_folder(spec.path, "a folder with CIFAR-10's binary batches");
  std::vector<StoredArray> files;
  if (spec.split == Split::kTest) {
    files.push_back(open_records(spec.path + "/test_batch.bin"));
  } else {
    for (int batch = 1; batch <= 5; ++batch)
      files.push_back(open_records(spec.path + "/data_batch_" + std::to_string(batch) + ".bin"));
  }
  return std::make_unique<Cifar>(std::move(files));
}

}  // namespace qtool
