#include "base/error.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/safe_text.h"

namespace qtool {
namespace {

/// Bytes of a part that are shown: names can be as long as the file that they stand in.
constexpr size_t kLongest = 1500;

std::string shown(const std::string& part) {
  if (part.size() <= kLongest) return safe_line(part);
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(part[end]) & 0xc0U) == 0x80) --end;  // no half character
  return safe_line(std::string_view(part).substr(0, end)) + "... (" + std::to_string(part.size()) +
         " bytes in all)";
}

}  // namespace

Error::Error(ErrorKind kind, const Complaint& complaint)
    : std::runtime_error(to_string(complaint)), kind_(kind), complaint_(complaint) {}

std::string to_string(const Complaint& complaint) {
  std::string text = shown(complaint.what);
  const auto add = [&text](const char* label, const std::string& part) {
    if (!part.empty()) text += std::string("\n  ") + label + shown(part);
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
