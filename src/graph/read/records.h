#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace caffe2::serialize {
class PyTorchStreamReader;
}

namespace qtool {

/// The records of an archive as LibTorch's own reader finds them, so that what is checked is what is used.
class Records {
 public:
  /// Throws what LibTorch throws where the file is no archive of its.
  explicit Records(const std::string& path);
  ~Records();

  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::string bytes(const std::string& name) const;
  /// uint8 [size], in the memory that the record was read into.
  [[nodiscard]] at::Tensor tensor(const std::string& name) const;
  [[nodiscard]] int64_t size(const std::string& name) const;
  [[nodiscard]] caffe2::serialize::PyTorchStreamReader& reader() const { return *reader_; }

 private:
  std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader_;
};

/// Reads the pickle `archive`.pkl: its nesting, its tensors within their storages, and these within their records.
/// Gives the classes and types that it asks for. Throws Flaw.
[[nodiscard]] std::vector<std::string> checked_types(const Records& records, const std::string& archive);

}  // namespace qtool
