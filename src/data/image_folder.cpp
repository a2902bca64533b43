#include "data/image_folder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/error.h"
#include "data/folder.h"

namespace qtool {
namespace {

namespace fs = std::filesystem;
constexpr const char* kLayout = "a folder with one folder of JPEG or PNG files for each class";

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

bool is_image(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return !is_hidden(path) && (ending == ".jpg" || ending == ".jpeg" || ending == ".png");
}

/// Entries of folders that are no images, or no classes.
struct LeftOut {
  int64_t count = 0;
  std::string first = {};  ///< in alphabetical order

  void add(const std::string& path) {
    if (count++ == 0 || path < first) first = path;
  }
};

std::vector<std::string> sorted_names(const fs::path& folder, bool (*wanted)(const fs::directory_entry&),
                                      LeftOut* left_out = nullptr) {
  std::vector<std::string> names;
  std::error_code code;
  for (auto entry = fs::directory_iterator(folder, code); !code && entry != fs::directory_iterator();
       entry.increment(code))
    if (wanted(*entry))
      names.push_back(entry->path().filename().string());
    else if (left_out != nullptr)
      left_out->add(entry->path().string());
  if (code)
    throw Error(ErrorKind::kUsage, {.what = "cannot list the folder",
                                    .where = folder.string(),
                                    .got = code.message(),
                                    .expected = kLayout,
                                    .fix = "check the path and its permissions"});
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> folders_in(const fs::path& folder, LeftOut* left_out = nullptr) {
  const auto is_folder = [](const fs::directory_entry& entry) {
    std::error_code code;
    return entry.is_directory(code) && !is_hidden(entry.path());
  };
  return sorted_names(folder, is_folder, left_out);
}

std::vector<std::string> images_in(const fs::path& folder, LeftOut& left_out,
                                   const char* what = "class folder without images",
                                   const char* expected = kLayout) {
  const auto is_image_file = [](const fs::directory_entry& entry) {
    std::error_code code;
    return entry.is_regular_file(code) && is_image(entry.path());
  };
  auto names = sorted_names(folder, is_image_file, &left_out);
  if (names.empty())
    throw Error(ErrorKind::kUsage, {.what = what,
                                    .where = folder.string(),
                                    .got = "no .jpg, .jpeg or .png file",
                                    .expected = expected,
                                    .fix = "add images, or name another folder"});
  return names;
}

/// A folder called `train` is a split if it holds folders; otherwise it is a class of trains.
bool is_split(const fs::path& folder) {
  std::error_code code;
  return fs::is_directory(folder, code) && !folders_in(folder).empty();
}

fs::path folder_of_split(const fs::path& root, Split split) {
  const bool has_splits = is_split(root / "train") || is_split(root / "test") || is_split(root / "val");
  if (!has_splits) return root;
  const std::vector<std::string> names =
      split == Split::kTrain ? std::vector<std::string>{"train"} : std::vector<std::string>{"test", "val"};
  for (const auto& name : names)
    if (is_split(root / name)) return root / name;
  throw Error(ErrorKind::kUsage,
              {.what = "no images for split '" + to_string(split) + "'",
               .where = root.string(),
               .got = "folders " + join(folders_in(root)),
               .expected = "a folder " + join(names, " or ") + " with one folder for each class",
               .fix = "add that folder, or choose the other split with split="});
}

std::vector<std::string> list_classes(const fs::path& root, LeftOut& left_out) {
  auto classes = folders_in(root, &left_out);
  if (classes.empty())
    throw Error(ErrorKind::kUsage, {.what = "zero samples: no class folders",
                                    .where = root.string(),
                                    .got = "no folders in it",
                                    .expected = kLayout,
                                    .fix = "put the images of each class into a folder of its own"});
  return classes;
}

std::string sentence(const LeftOut& left_out, const fs::path& root) {
  if (left_out.count == 0) return "";
  const bool one = left_out.count == 1;
  return (one ? "1 entry of " : std::to_string(left_out.count) + " entries of ") + root.string() +
         (one ? " is" : " are") +
         " left out, as only .jpg, .jpeg and .png files in folders of classes are read: " +
         fs::path(left_out.first).lexically_relative(root).string() + (one ? "" : " and others");
}

}  // namespace

std::vector<ImageFile> round_the_classes(const std::vector<std::vector<ImageFile>>& files) {
  size_t most = 0;
  for (const auto& images : files) most = std::max(most, images.size());
  std::vector<ImageFile> samples;
  for (size_t i = 0; i < most; ++i)
    for (const auto& images : files)
      if (i < images.size()) samples.push_back(images[i]);
  return samples;
}

ImageList list_images(const std::string& folder, Split split) {
  require_folder(folder, kLayout);
  const fs::path root = folder_of_split(folder, split);
  LeftOut left_out;
  const auto classes = list_classes(root, left_out);
  std::vector<std::vector<ImageFile>> files;
  for (size_t label = 0; label < classes.size(); ++label) {
    auto& images = files.emplace_back();
    for (const auto& name : images_in(root / classes[label], left_out))
      images.push_back({(root / classes[label] / name).string(), int64_t(label)});
  }
  return {round_the_classes(files), sentence(left_out, root)};
}

ImageList list_masked_images(const std::string& folder, const std::string& masks) {
  require_folder(folder, "a folder of JPEG or PNG files");
  const fs::path root = folder, mask_folder = root / masks;
  require_folder(mask_folder.string(), "a folder with a PNG file for each image");
  LeftOut left_out;
  std::vector<ImageFile> samples;
  for (const auto& name : images_in(root, left_out, "folder without images", "JPEG or PNG files")) {
    const fs::path mask = mask_folder / fs::path(name).stem().concat(".png");
    if (!fs::exists(mask))
      throw Error(ErrorKind::kUsage, {.what = "an image has no mask",
                                      .where = (root / name).string(),
                                      .got = "no file " + mask.string(),
                                      .expected = "a PNG file of the same name for each image",
                                      .fix = "add the mask, or take the image away"});
    samples.push_back({(root / name).string(), 0, mask.string()});
  }
  return {std::move(samples), ""};
}

}  // namespace qtool
