#include "streams.h"

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/safe_text.h"

namespace qtool {
namespace {

bool write(const std::string& bytes, FILE* stream) {
  return std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size() && std::fflush(stream) == 0;
}

void write_result(const std::string& bytes) {
  errno = 0;
  if (!write(bytes, stdout))
    throw Error(ErrorKind::kMachine, {.what = "cannot write the result",
                                      .where = "stdout",
                                      .got = std::strerror(errno),
                                      .fix = "check where stdout goes"});
}

}  // namespace

void print(const std::string& text) { write_result(safe_lines(text)); }

void say(const std::string& text) { write(safe_lines(text) + "\n", stderr); }

void print_commands(const std::string& lines, FILE* stream) {
  if (stream == stdout)
    write_result(lines);
  else
    write(lines, stream);
}

void draw(const std::string& bytes) { write(bytes, stderr); }

}  // namespace qtool
