#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/spec.h"

namespace qtool {

/// One image file and the index of its class.
struct ImageFile {
  std::string path;
  int64_t label;
};

/// The images below a folder as open_images() in kinds.h describes: first file of each class, second file of
/// each class, and so on. Throws Error(kUsage) where the split, a class or its images are missing.
[[nodiscard]] std::vector<ImageFile> list_images(const std::string& folder, Split split);

}  // namespace qtool
