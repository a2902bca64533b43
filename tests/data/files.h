#pragma once
/// Tiny data files that the tests write themselves.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace qtool {

/// A folder of its own, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  /// Path of a file in it.
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Writes the file, and the folders that it is in.
void put(const std::string& path, const std::string& bytes);
[[nodiscard]] std::string get(const std::string& path);

[[nodiscard]] std::string gzip(const std::string& bytes);
/// IDX of unsigned bytes with these extents.
[[nodiscard]] std::string idx(const std::vector<uint32_t>& extents, const std::string& values);
/// A .npy file, format version 1; `shape` as Python writes it, e.g. `(2, 3)`.
[[nodiscard]] std::string npy(const std::string& descr, const std::string& shape, const std::string& values,
                              const std::string& fortran_order = "False");
/// The bytes of these numbers, one after the other.
template <class Number>
[[nodiscard]] std::string raw(const std::vector<Number>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
}

enum class Packing { kStored, kDeflated };
/// A zip file with these members, in this order.
void put_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& members,
             Packing packing);

/// PNG of 8-bit pixels, channels interleaved.
[[nodiscard]] std::string png(int height, int width, int channels, const std::string& pixels);
[[nodiscard]] std::string jpeg(int height, int width, int channels, const std::string& pixels);

/// The message of the Error that `action` throws; fails the test where it throws none.
[[nodiscard]] std::string message_of(const std::function<void()>& action);

}  // namespace qtool
