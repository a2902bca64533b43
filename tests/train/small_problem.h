#pragma once
/// Data that a tiny network learns in a second, and such networks.
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "data/spec.h"
#include "graph/builder.h"
#include "zoo/layers.h"

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

/// Images of 8 x 8 pixels: class 0 (even places) is bright above, class 1 below, both on some pattern.
inline std::string small_pixels(uint32_t samples) {
  std::string pixels;
  for (uint32_t i = 0; i < samples; ++i)
    for (uint32_t p = 0; p < 64; ++p)
      pixels.push_back(char((p / 32 == i % 2 ? 150 : 20) + (i * 7 + p * 13) % 60));
  return pixels;
}

/// Images of 8 x 8 pixels with labels in `folder`. Label `wrong_label` is given to the last sample where it is not
/// negative.
inline qtool::DataSpec write_small_data(const TemporaryFolder& folder, uint32_t samples,
                                        int wrong_label = -1) {
  std::string labels;
  for (uint32_t i = 0; i < samples; ++i) labels.push_back(char(i % 2));
  if (wrong_label >= 0) labels.back() = char(wrong_label);
  qtool::write_file(folder.file("train-images-idx3-ubyte"),
                    idx_bytes({samples, 8, 8}, small_pixels(samples)));
  qtool::write_file(folder.file("train-labels-idx1-ubyte"), idx_bytes({samples}, labels));
  return {.kind = qtool::DataKind::kIdx, .path = folder.path(), .split = {}, .mean = {0.5}, .std = {0.5}};
}

/// Images of 8 x 8 pixels without labels, as a .npy file; `descr` is NumPy's name of the dtype.
inline qtool::DataSpec write_unlabelled_data(const TemporaryFolder& folder, uint32_t samples,
                                             const std::string& descr, const std::string& values) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" +
                       std::to_string(samples) + ", 1, 8, 8), }";
  header.resize(117, ' ');
  const std::string file = folder.file("images.npy");
  qtool::write_file(file, std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + values);
  return {.kind = qtool::DataKind::kNpy, .path = file, .split = {}, .mean = {0.5}, .std = {0.5}};
}

/// Convolution, batch norm, ReLU, dropout, linear: everything that has state or draws random numbers.
inline qtool::Model small_network(uint64_t seed = 3) {
  qtool::zoo::Init init(seed);
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
