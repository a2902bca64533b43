#pragma once
#include <functional>

namespace qtool {

/// Runs `body` and returns its exit code. What it throws is printed to stderr as one message, and mapped to
/// the exit codes of the README: the kind of an Error; 3 for what LibTorch throws; 4 for no memory or disk.
[[nodiscard]] int guarded(const std::function<int()>& body);

}  // namespace qtool
