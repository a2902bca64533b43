#pragma once
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace qtool {

/// An open file; closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

/// Reads up to `count` bytes from `offset`; fewer where the file ends or cannot be read.
inline size_t read_at(const Descriptor& file, uint64_t offset, void* to, size_t count) {
  size_t done = 0;
  while (done < count) {
    const ssize_t got = pread(file.get(), static_cast<char*>(to) + done, count - done, off_t(offset + done));
    if (got <= 0) break;
    done += size_t(got);
  }
  return done;
}

}  // namespace qtool
