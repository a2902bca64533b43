#pragma once
#include <functional>

namespace qtool {

struct ExitCode {
  const char* code;
  const char* meaning;
};
/// For the help and the manual page.
inline constexpr ExitCode kExitCodes[] = {{"0", "done"},
                                          {"1", "a gate failed; the files are there, the report says which"},
                                          {"2", "bad usage, config or input file"},
                                          {"3", "the model cannot be quantized as asked"},
                                          {"4", "the machine failed: disk full, no memory"},
                                          {"5", "tune missed its target; the best that was found is there"},
                                          {"130", "interrupted; what was finished is kept"}};

/// Runs `body` and returns its exit code. What it throws is printed to stderr as one message, and mapped to
/// kExitCodes: the kind of an Error; 3 for what LibTorch throws; 4 for no memory or disk.
[[nodiscard]] int guarded(const std::function<int()>& body);

}  // namespace qtool
