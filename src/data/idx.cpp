#include <array>
#include <filesystem>

#include "base/error.h"
#include "data/folder.h"
#include "data/kinds.h"
#include "data/stored_array.h"
#include "data/unpacked_size.h"

namespace qtool {
namespace {

constexpr unsigned char kUnsignedByte = 0x08;  // IDX's type code

std::string hex(const std::array<unsigned char, 4>& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text = "0x";
  for (const unsigned char byte : bytes) (text += kDigits[byte >> 4]) += kDigits[byte & 15];
  return text;
}

/// The file called one of `stems`, plain before gzip.
std::string find_file(const std::string& folder, const std::vector<std::string>& stems) {
  for (const auto& stem : stems)
    for (const char* ending : {"", ".gz"})
      if (std::string path = folder + "/" + stem + ending; std::filesystem::exists(path)) return path;
  throw Error(ErrorKind::kUsage,
              {.what = "missing IDX file",
               .where = folder,
               .got = "no " + stems[0] + ", with or without .gz",
               .expected = "MNIST's four files: train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                           "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
               .fix = "put the file there, or give the folder that has it"});
}

/// Header: two zero bytes, type code, number of dimensions, then each extent as a big-endian uint32.
StoredArray open_idx_array(std::shared_ptr<ByteSource> source, int64_t fewest_dimensions,
                           int64_t most_dimensions, const char* expected) {
  std::array<unsigned char, 4> magic{};
  source->read(0, magic.data(), magic.size());
  const int64_t dimensions = magic[3];
  if (magic[0] != 0 || magic[1] != 0 || magic[2] != kUnsignedByte || dimensions < fewest_dimensions ||
      dimensions > most_dimensions)
    throw Error(ErrorKind::kUsage,
                {.what = "wrong magic number in IDX file",
                 .where = source->name(),
                 .got = hex(magic),
                 .expected = expected,
                 .fix = "check that images and labels are not mixed up, and get the file again"});
  std::vector<int64_t> shape;
  for (int64_t axis = 0; axis < dimensions; ++axis) {
    std::array<unsigned char, 4> b{};
    source->read(uint64_t(4 + 4 * axis), b.data(), b.size());
    shape.push_back(int64_t(b[0]) << 24 | int64_t(b[1]) << 16 | int64_t(b[2]) << 8 | int64_t(b[3]));
  }
  if (dimensions == 3) shape.insert(shape.begin() + 1, 1);  // [N, H, W] -> [N, 1, H, W]
  return {std::move(source), uint64_t(4 + 4 * dimensions), at::kByte, std::move(shape)};
}

}  // namespace

std::unique_ptr<Dataset> open_idx(const DataSpec& spec) {
  require_folder(spec.path, "a folder with IDX files, such as /usr/share/datasets/fashion-mnist");
  const std::string prefix = spec.split == Split::kTest ? "t10k" : "train";
  const auto images = find_file(spec.path, {prefix + "-images-idx3-ubyte", prefix + "-images-idx4-ubyte"});
  const auto labels = find_file(spec.path, {prefix + "-labels-idx1-ubyte"});
  const auto open = [&](const std::string& path) { return open_bytes(path, most_unpacked_bytes(spec)); };
  return dataset_of_arrays(
      {open_idx_array(open(images), 3, 4, "0x00000803 or 0x00000804, images of unsigned bytes")},
      {open_idx_array(open(labels), 1, 1, "0x00000801, labels of unsigned bytes")});
}

}  // namespace qtool
