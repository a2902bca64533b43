#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/names.h"

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
      {DataKind::kNpz, "npz", "one .npz file: inputs by name, optional `labels`"},
      {DataKind::kTensors, "tensors",
       "tensors saved by torch.save: a tensor, a list, or a dict with optional `labels`"},
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

/// What `kind:path[,key=value...]` on the command line or in YAML says.
struct DataSpec {
  DataKind kind = DataKind::kIdx;
  std::string path = {};
  /// split=train|test; where not given, each stage takes the one that it should
  std::optional<Split> split = {};
  int64_t limit = 0;  ///< limit=N: only the first N samples; 0: all
  /// mean=0.5 or mean=0.4/0.5/0.6, one or C values, in units of [0, 1] pixels
  std::vector<double> mean = {};
  std::vector<double> std = {};  ///< likewise; x = (pixel / 255 - mean) / std
  int64_t resize = 0;            ///< resize=S: shorter side to S pixels, bilinear; 0: as it is
  int64_t crop = 0;              ///< crop=S: centre crop to S x S; 0: none
  int64_t seed = 0;              ///< seed=N, for random
  int64_t samples = 256;         ///< samples=N, for random
  bool operator==(const DataSpec&) const = default;
};

/// Throws Error(kUsage) that names the part that is wrong and the nearest known key.
[[nodiscard]] DataSpec parse_data_spec(const std::string& text);
[[nodiscard]] std::string to_string(const DataSpec& spec);  ///< parse_data_spec's inverse, defaults left out

}  // namespace qtool
