#include "base/sha256.h"

#include <nettle/sha2.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/error.h"

namespace qtool {
namespace {

class Sha256 {
 public:
  Sha256() { sha256_init(&context_); }
  void add(std::string_view bytes) {
    sha256_update(&context_, bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()));
  }
  [[nodiscard]] std::string digest() {
    std::array<uint8_t, SHA256_DIGEST_SIZE> bytes{};
    sha256_digest(&context_, bytes.size(), bytes.data());
    std::string text;
    for (const uint8_t byte : bytes) {
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
    return text;
  }

 private:
  sha256_ctx context_{};
};

[[noreturn]] void unreadable(const std::string& path) {
  throw Error(ErrorKind::kUsage, {.what = "cannot read a file",
                                  .where = path,
                                  .got = std::strerror(errno),
                                  .expected = "a readable file",
                                  .fix = "check the path"});
}

}  // namespace

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.digest();
}

std::string sha256_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) unreadable(path);
  Sha256 hash;
  std::vector<char> piece(size_t{1} << 18);
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.add({piece.data(), static_cast<size_t>(in.gcount())});
  }
  if (in.bad()) unreadable(path);
  return hash.digest();
}

}  // namespace qtool
