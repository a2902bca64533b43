#include "core/error.h"

#include <cstdio>
#include <cstdlib>

namespace qtool {
namespace {

/// Control characters, as file names and broken files hold them, as \xNN: they must not reach a terminal.
std::string visible(const std::string& text) {
  static const char* hex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = (byte < 0x20 && c != '\n') || byte == 0x7f;
    if (is_control)
      out += std::string("\\x") + hex[byte >> 4] + hex[byte & 15];
    else
      out += c;
  }
  return out;
}

}  // namespace

Error::Error(ErrorKind kind, const Complaint& complaint)
    : std::runtime_error(to_string(complaint)), kind_(kind), complaint_(complaint) {}

std::string to_string(const Complaint& complaint) {
  std::string text = visible(complaint.what);
  const auto add = [&text](const char* label, const std::string& part) {
    if (!part.empty()) text += std::string("\n  ") + label + visible(part);
  };
  add("where:    ", complaint.where);
  add("got:      ", complaint.got);
  add("expected: ", complaint.expected);
  add("do:       ", complaint.fix);
  return text;
}

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "qtool: bug: %s is false at %s:%d; please report it with the command that you ran\n",
               condition, file, line);
  std::abort();
}

}  // namespace qtool
