#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/spec.h"

namespace qtool {

/// One image file, and the index of its class or the file of its class map.
struct ImageFile {
  std::string path;
  int64_t label = 0;
  std::string mask = {};  ///< empty: the label counts
};

/// What a folder of images has.
struct ImageList {
  std::vector<ImageFile> images = {};
  std::string left_out = {};  ///< one sentence on what else lies there; empty: nothing
};

/// The images below a folder as open_images() in kinds.h describes: first file of each class, second file of
/// each class, and so on. Throws Error(kUsage) where the split, a class or its images are missing.
[[nodiscard]] ImageList list_images(const std::string& folder, Split split);

/// The first file of each class, the second of each, and so on.
[[nodiscard]] std::vector<ImageFile> round_the_classes(const std::vector<std::vector<ImageFile>>& files);

/// The images of a folder, each with the PNG file of its name in the folder `masks`, which is one of `folder` where its
/// path is relative. Throws Error(kUsage) where an image has none, or there is no image.
[[nodiscard]] ImageList list_masked_images(const std::string& folder, const std::string& masks);

}  // namespace qtool
