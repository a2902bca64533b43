#pragma once
/// Data that a tiny network learns in a second, and such networks.
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/atomic_file.h"
#include "data/spec.h"
#include "graph/builder.h"
#include "train/zoo_layers.h"

/// A folder of its own, gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("train." + std::to_string(getpid()) + "." + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string idx_bytes(const std::vector<uint32_t>& sizes, const std::string& values) {
  std::string bytes = {0, 0, 8, char(sizes.size())};
  for (const uint32_t size : sizes)
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(char(size >> shift));
  return bytes + values;
}

/// Images of 8 x 8 pixels in `folder`: class 0 is bright above, class 1 below, both on some pattern. Label
/// `wrong_label` is given to the last sample where it is not negative.
inline qtool::DataSpec write_small_data(const TemporaryFolder& folder, uint32_t samples,
                                        int wrong_label = -1) {
  std::string pixels, labels;
  for (uint32_t i = 0; i < samples; ++i) {
    const char label = char(i % 2);
    for (uint32_t p = 0; p < 64; ++p)
      pixels.push_back(char((p / 32 == uint32_t(label) ? 150 : 20) + (i * 7 + p * 13) % 60));
    labels.push_back(label);
  }
  if (wrong_label >= 0) labels.back() = char(wrong_label);
  qtool::write_file(folder.file("train-images-idx3-ubyte"), idx_bytes({samples, 8, 8}, pixels));
  qtool::write_file(folder.file("train-labels-idx1-ubyte"), idx_bytes({samples}, labels));
  return {.kind = qtool::DataKind::kIdx, .path = folder.path(), .split = {}, .mean = {0.5}, .std = {0.5}};
}

/// Convolution, batch norm, ReLU, dropout, linear: everything that has state or draws random numbers.
inline qtool::Model small_network() {
  qtool::zoo::Init init(3);
  qtool::ModuleBuilder net("Small");
  net.child("conv", qtool::zoo::conv2d({.in = 1, .out = 4, .kernel = 3, .padding = 1}, init))
      .child("bn", qtool::zoo::batch_norm2d(4))
      .child("fc", qtool::zoo::linear(4 * 64, 2, init));
  net.define(
      "def forward(self, x):\n"
      "  x = torch.relu(self.bn.forward(self.conv.forward(x)))\n"
      "  return self.fc.forward(torch.dropout(torch.flatten(x, 1), 0.2, self.training))");
  return net.build();
}
