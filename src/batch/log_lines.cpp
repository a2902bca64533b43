#include "batch/log_lines.h"

namespace qtool {
namespace {

constexpr const char* kWipe = "\r\033[K";

/// Without control sequences (ECMA-48, 5.4): ESC [, parameters, a final byte from @ to ~.
std::string without_colours(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    if (text[i] != '\033') {
      plain += text[i];
      continue;
    }
    i += 2;
    while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
  }
  return plain;
}

}  // namespace

std::vector<std::string> LogLines::feed(const std::string& bytes) {
  open_ += bytes;
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end = open_.find('\n'); end != std::string::npos; end = open_.find('\n', begin)) {
    const std::string line = open_.substr(begin, end - begin);
    const size_t wiped = line.rfind(kWipe);
    lines.push_back(without_colours(wiped == std::string::npos ? line : line.substr(wiped)));
    begin = end + 1;
  }
  open_.erase(0, begin);
  return lines;
}

std::string LogLines::rest() const {
  return open_.find(kWipe) == std::string::npos ? without_colours(open_) : "";
}

}  // namespace qtool
