#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>

#include "base/error.h"
#include "process.h"
#include "program.h"

namespace {

/// LibTorch registers its operators before main(), and may find no memory for them. Until set_up_process() has a better
/// answer, the message must do without any.
[[noreturn]] void end_before_main() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    constexpr std::string_view message =
        "qtool: error: out of memory\n  do:       use a machine with more memory, or a higher limit (ulimit "
        "-v)\n";
    static_cast<void>(::write(STDERR_FILENO, message.data(), message.size()) + 1);
    _exit(static_cast<int>(qtool::ErrorKind::kMachine));
  } catch (...) {
    std::abort();
  }
}

void watch_beginnings(int /*argc*/, char** /*argv*/, char** /*environment*/) {
  std::set_terminate(end_before_main);
}
/// Runs before what begins the libraries.
__attribute__((section(".preinit_array"), used)) void (*const first)(int, char**, char**) = watch_beginnings;

}  // namespace

int main(int argc, char** argv) {
  qtool::set_up_process();
  const int code = qtool::run_program(argc, argv);
  // LibTorch needs 80 ms to take its operator registry down; all of ours is written by now.
  std::fflush(nullptr);
  std::_Exit(code);
}
