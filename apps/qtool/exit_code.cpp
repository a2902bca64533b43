#include "exit_code.h"

#include <c10/util/Exception.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>

#include "core/error.h"
#include "terminal.h"

namespace qtool {
namespace {

int fail(ErrorKind kind, const std::string& message) {
  const bool color = isatty(STDERR_FILENO) != 0 && wants_color();
  std::fprintf(stderr, "%s %s\n", color ? "\033[31mqtool: error:\033[0m" : "qtool: error:", message.c_str());
  return static_cast<int>(kind);
}

int out_of_memory() {
  return fail(
      ErrorKind::kMachine,
      to_string({.what = "out of memory", .fix = "use a smaller batch size, or a machine with more memory"}));
}

/// What LibTorch says without its backtrace: the first line that is not empty.
int libtorch_failed(const std::string& text) {
  for (const char* full :
       {"can't allocate memory", "out of memory"})  // of the CPU's allocator and of a GPU's
    if (text.find(full) != std::string::npos) return out_of_memory();
  const size_t begin = std::min(text.find_first_not_of(" \n"), text.size());
  const std::string line = text.substr(begin, text.find('\n', begin) - begin);
  return fail(
      ErrorKind::kUnquantizable,
      to_string({.what = "LibTorch could not run the model",
                 .got = line,
                 .fix = "check that the model runs on this data in PyTorch; if it does, report this"}));
}

}  // namespace

int guarded(const std::function<int()>& body) {
  try {
    return body();
  } catch (const Error& error) {
    return fail(error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const c10::Error& error) {
    return libtorch_failed(error.what_without_backtrace());
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(ErrorKind::kMachine, to_string({.what = "the file system failed",
                                                .got = error.what(),
                                                .fix = "check the paths and the free space"}));
  } catch (const std::exception& error) {
    return libtorch_failed(error.what());
  }
}

}  // namespace qtool
