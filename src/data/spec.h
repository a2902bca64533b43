#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"

namespace qtool {

enum class DataKind { kIdx, kCifar, kImages, kNpy, kNpz, kTensors, kRandom };
template <>
struct Names<DataKind> {
  static constexpr const char* kind = "kind of data";
  static constexpr NamedValue<DataKind> table[] = {
      {DataKind::kIdx, "idx", "a folder with MNIST's four IDX files, plain or gzip"},
      {DataKind::kCifar, "cifar", "a folder with CIFAR-10's binary batches"},
      {DataKind::kImages, "images", "a folder with one folder of JPEG or PNG files for each class"},
      {DataKind::kNpy, "npy", "one .npy file, the first input, no labels"},
      {DataKind::kNpz, "npz", "one .npz file: inputs by name, optional `labels`, `targets`, `target_NAME`"},
      {DataKind::kTensors, "tensors",
       "tensors saved by torch.save: a tensor, a list, or a dict with targets as of npz"},
      {DataKind::kRandom, "random",
       "standard normal noise, path is the shape, e.g. random:1x28x28; for timing only"}};
};

enum class Split { kTrain, kTest };
template <>
struct Names<Split> {
  static constexpr const char* kind = "split";
  static constexpr NamedValue<Split> table[] = {{Split::kTrain, "train", "what is trained and calibrated on"},
                                                {Split::kTest, "test", "what accuracy is measured on"}};
};

/// What `kind:path[,key=value...]` on the command line or in YAML says. In the path `\,` is a comma and `\\` a
/// backslash.
struct DataSpec {
  DataKind kind = DataKind::kIdx;
  std::string path = {};
  /// split=train|test; where not given, each stage takes the one that it should
  std::optional<Split> split = {};
  int64_t limit = 0;  ///< limit=N: only the first N samples; 0: all
  /// scale=S: x = (value / S - mean) / std. Not given: 255 for pictures, 1 for arrays
  std::optional<double> scale = {};
  /// mean=0.5 or mean=0.4/0.5/0.6, one or C values, in units of value / scale
  std::vector<double> mean = {};
  std::vector<double> std = {};  ///< likewise
  int64_t resize = 0;            ///< resize=S: shorter side to S pixels, antialiased bilinear; 0: as it is
  int64_t crop = 0;              ///< crop=S: centre crop to S x S; 0: none
  std::string labels = {};       ///< labels=FILE: of images, data/labelled_images.h
  std::string masks = {};        ///< masks=FOLDER: of images, their class maps, data/image_folder.h
  /// batch=N: always N samples at a time, for a model that takes no other number; what does not fill a batch is left
  /// out. 0: as many as each job likes
  int64_t batch = 0;
  /// set=sr:16000 or set=sr:16000/gain:0.5: inputs that no array holds, each one number for all samples
  std::vector<std::pair<std::string, double>> set = {};
  int64_t max_mb = 0;     ///< max-mb=N: data/unpacked_size.h; 0: as usual
  int64_t seed = 0;       ///< seed=N, for random
  int64_t samples = 256;  ///< samples=N, for random
  bool operator==(const DataSpec&) const = default;
};

/// Whether data of this kind are pictures, whose bytes are pixels; else they are arrays that may be anything.
[[nodiscard]] inline bool holds_pictures(DataKind kind) {
  return kind == DataKind::kIdx || kind == DataKind::kCifar || kind == DataKind::kImages;
}

/// Throws Error(kUsage) that names the part that is wrong and the nearest known key.
[[nodiscard]] DataSpec parse_data_spec(const std::string& text);
[[nodiscard]] std::string to_string(const DataSpec& spec);  ///< parse_data_spec's inverse, defaults left out

}  // namespace qtool
