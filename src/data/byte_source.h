#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace qtool {

/// Bytes of a file, or of what is packed inside one, by offset. Not thread safe.
class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Copies bytes [offset, offset + count) to `to`; throws Error(kUsage) where the data end before.
  void read(uint64_t offset, void* to, size_t count);
  /// Throws Error(kUsage) unless there are exactly `bytes` bytes.
  void require_size(uint64_t bytes);
  /// File, and member inside it, as messages name it.
  [[nodiscard]] const std::string& name() const { return name_; }

 protected:
  /// As read(), but returns how many bytes there were.
  virtual size_t read_some(uint64_t offset, void* to, size_t count) = 0;
  [[nodiscard]] virtual uint64_t size() = 0;
  /// True where the size is known to be `bytes` without reading everything.
  [[nodiscard]] virtual bool surely_has_size(uint64_t) const { return false; }
  /// The most bytes that there may be, whatever a header says.
  [[nodiscard]] virtual uint64_t most_bytes() const { return UINT64_MAX; }

 private:
  std::string name_;
};

/// A stream that can only be unpacked from its start: fills the buffer and returns how many bytes it wrote, 0
/// at the end. Throws where the packed data are damaged.
using Unpacker = std::function<size_t(char* to, size_t count)>;

/// Random access to packed bytes, each unpacked once and no earlier than needed: what was unpacked so far
/// lies in an unlinked temporary file ($TMPDIR or /tmp), not in memory. Reading the first samples of a large
/// file unpacks only these; shuffled reading unpacks it all, once. `stated_size` is the low 32 bits of the
/// unpacked size, as gzip stores it. Reading beyond `most_bytes` is refused (data/unpacked_size.h).
[[nodiscard]] std::unique_ptr<ByteSource> unpack_once(std::string name, Unpacker unpacker,
                                                      std::optional<uint32_t> stated_size,
                                                      uint64_t most_bytes);

/// Plain file, or gzip where the file starts with gzip's magic bytes. Throws Error(kUsage) where it cannot be
/// read.
[[nodiscard]] std::unique_ptr<ByteSource> open_bytes(const std::string& path, uint64_t most_unpacked_bytes);

/// A plain file, for formats that have no gzip form.
[[nodiscard]] std::unique_ptr<ByteSource> open_plain(const std::string& path);

}  // namespace qtool
