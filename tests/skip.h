#pragma once
/// A case that cannot run here must not count as passed. Catch2 2 cannot skip: such cases have a hidden tag, and are a
/// test of their own for ctest (qtool_test_where() in CMakeLists.txt), which this ends as skipped.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace qtool {

[[noreturn]] inline void skip(const std::string& why) {
  std::printf("skipped: %s\n", why.c_str());
  std::fflush(stdout);
  std::_Exit(77);  // SKIP_RETURN_CODE in CMakeLists.txt
}

/// Folder of Debian's dataset-fashion-mnist, or what FASHION_MNIST names.
[[nodiscard]] inline std::string fashion_mnist_or_skip() {
  const char* named = std::getenv("FASHION_MNIST");
  std::string folder = "/usr/share/datasets/fashion-mnist";
  if (named != nullptr) folder = named;
  if (!std::filesystem::exists(folder)) skip("Fashion-MNIST is not in " + folder);
  return folder;
}

}  // namespace qtool
