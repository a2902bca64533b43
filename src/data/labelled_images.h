#pragma once
#include <string>

#include "data/image_folder.h"

namespace qtool {

/// The images that the lines `FILE,CLASS` of a text, or `{"path": FILE, "label": CLASS}` of a .jsonl, name; first file
/// of each class, and so on. Files are those of `folder`, and the text is one of it where its path is relative. Classes
/// are numbers, or else names, which count from 0 in their sorted order. A first line that names no file and no class
/// is a heading. Throws Error(kUsage) with the line where one is of another form, or its file is not there.
[[nodiscard]] ImageList list_labelled_images(const std::string& folder, const std::string& text);

}  // namespace qtool
