#include "core/error.h"

#include <cstdio>
#include <cstdlib>

namespace qtool {

Error::Error(ErrorKind kind, const Complaint& complaint)
    : std::runtime_error(to_string(complaint)), kind_(kind), complaint_(complaint) {}

std::string to_string(const Complaint& complaint) {
  std::string text = complaint.what;
  const auto add = [&text](const char* label, const std::string& part) {
    if (!part.empty()) text += std::string("\n  ") + label + part;
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
