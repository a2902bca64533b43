#pragma once
#include <ATen/core/Tensor.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "data/spec.h"

/// A folder of IDX files with images of 1 x 2 pixels, gone at the end. What the loader makes of a pixel is
/// pixel / 255.
class LabelledFile {
 public:
  LabelledFile(const std::vector<uint8_t>& pixels, const std::vector<uint8_t>& labels)
      : folder_(std::filesystem::temp_directory_path() / ("labelled." + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    const auto count = uint32_t(labels.size());
    qtool::write_file(folder_ / "train-images-idx3-ubyte", idx({count, 1, 2}, pixels));
    qtool::write_file(folder_ / "train-labels-idx1-ubyte", idx({count}, labels));
  }
  LabelledFile(const LabelledFile&) = delete;
  LabelledFile& operator=(const LabelledFile&) = delete;
  ~LabelledFile() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] qtool::DataSpec spec() const {
    return {
        .kind = qtool::DataKind::kIdx, .path = folder_, .split = qtool::Split::kTrain, .mean = {}, .std = {}};
  }

 private:
  static std::string idx(const std::vector<uint32_t>& sizes, const std::vector<uint8_t>& values) {
    std::string bytes = {0, 0, 8, char(sizes.size())};
    for (const uint32_t size : sizes)
      for (const int shift : {24, 16, 8, 0}) bytes.push_back(char(size >> shift));
    return bytes.append(values.begin(), values.end());
  }
  std::filesystem::path folder_;
};
