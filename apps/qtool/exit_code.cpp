#include "exit_code.h"

#include <c10/util/Exception.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/first_sentence.h"
#include "base/machine_failure.h"
#include "streams.h"
#include "terminal.h"

namespace qtool {
namespace {

/// So that there is memory for the message where there was none for the job.
auto reserve = std::make_unique<std::array<char, 1 << 20>>();

int fail(ErrorKind kind, const std::string& message) {
  const bool color = isatty(STDERR_FILENO) != 0 && wants_color();
  if (color) draw("\033[31mqtool: error:\033[0m ");
  say((color ? "" : "qtool: error: ") + message);
  return static_cast<int>(kind);
}

int libtorch_failed(const std::string& text) {
  return fail(
      ErrorKind::kUnquantizable,
      to_string({.what = "LibTorch could not run the model",
                 .got = first_sentence(text),
                 .fix = "check that the model runs on this data in PyTorch; if it does, report this"}));
}

int exit_code_of(const std::exception& error) {
  if (const auto* ours = dynamic_cast<const Error*>(&error)) return fail(ours->kind(), ours->what());
  if (dynamic_cast<const std::filesystem::filesystem_error*>(&error) != nullptr)
    return fail(ErrorKind::kMachine, to_string({.what = "the file system failed",
                                                .got = error.what(),
                                                .fix = "check the paths and the free space"}));
  if (is_machine_failure(error)) return fail(ErrorKind::kMachine, to_string(out_of_memory()));
  const auto* of_libtorch = dynamic_cast<const c10::Error*>(&error);
  return libtorch_failed(of_libtorch != nullptr ? of_libtorch->what_without_backtrace() : error.what());
}

}  // namespace

int guarded(const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    reserve.reset();
    return exit_code_of(error);
  }
}

}  // namespace qtool
