#pragma once
/// Runs the built program, as a user does.
#include <string>

#include "catch.h"
#include "data/files.h"

namespace qtool {

struct Run {
  int code = 0;
  std::string out = {}, err = {};
};

/// `qtool ARGUMENTS`, which a shell takes apart. `before` are shell commands that come first, e.g.
/// `ulimit`; `$$` in them is the program's process id.
[[nodiscard]] Run run_program(const std::string& arguments, const std::string& before = ":");

/// Saves a freshly made LeNet for 1x28x28 images and ten classes.
void put_lenet(const std::string& path);
/// A folder of IDX files: 64 training and 32 test images of 28x28 pixels, labels 0 to 9 in turn.
void put_images(const std::string& folder);

/// How many files and folders lie under `folder`.
[[nodiscard]] size_t count_files(const std::string& folder);

}  // namespace qtool
