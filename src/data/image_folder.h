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

/// What a folder of images has.
struct ImageList {
  std::vector<ImageFile> images = {};
  std::string left_out = {};  ///< one sentence on what else lies there; empty: nothing
};

/// The images below a folder as open_images() in kinds.h describes: first file of each class, second file of
/// each class, and so on. Throws Error(kUsage) where the split, a class or its images are missing.
[[nodiscard]] ImageList list_images(const std::string& folder, Split split);

}  // namespace qtool
