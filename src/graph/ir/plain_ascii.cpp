#include "graph/ir/plain_ascii.h"

#include <algorithm>

namespace qtool {

std::string plain_ascii(const std::string& path) {
  constexpr const char* kHex = "0123456789ABCDEF";
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(path.begin(), path.end(), is_plain)) return path;
  std::string plain;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c) && c != '%')
      plain += c;
    else
      plain += {'%', kHex[byte / 16], kHex[byte % 16]};
  }
  return plain;
}

}  // namespace qtool
