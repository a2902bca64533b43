#pragma once
/// `matrix: {quantize.weight_bits: [8, 4], quantize.calibrator: [mse, minmax]}`: one job for each combination. A value
/// may be a map, where the key names a group: `quantize: [{weight_bits: 8}, {weight_bits: 4, rules: [...]}]`.
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "config/problems.h"

namespace qtool {

/// One key of the matrix and its values.
struct MatrixAxis {
  std::string key = {};    ///< path in a job, e.g. `quantize.weight_bits`
  std::string shown = {};  ///< for messages, e.g. `jobs[1].matrix.quantize.weight_bits`
  YAML::Mark mark = {};
  YAML::Node values = {};
};

/// One value of an axis.
struct MatrixValue {
  const MatrixAxis* axis = nullptr;
  size_t index = 0;
  [[nodiscard]] YAML::Node node() const { return axis->values[index]; }
};

/// The axes of a `matrix` node; `path` is where it stands. What is not a map of lists goes to the problems.
[[nodiscard]] std::vector<MatrixAxis> read_matrix(const YAML::Node& node, const std::string& path,
                                                  Problems& problems);

/// How many jobs a matrix may expand into.
inline constexpr size_t kMostCombinations = 10000;

/// All combinations, the last axis fastest; one empty combination where there is no axis. Too many are a problem.
[[nodiscard]] std::vector<std::vector<MatrixValue>> combinations(const std::vector<MatrixAxis>& axes,
                                                                 Problems& problems);

/// What a combination adds to a job's name, e.g. `-resnet8-weight-bits-4`: words as they are, files without folder and
/// extension, numbers with their key.
[[nodiscard]] std::string name_suffix(const std::vector<MatrixValue>& combination);

/// The text with all but letters, digits and `._-` made `-`.
[[nodiscard]] std::string as_name(const std::string& text);

}  // namespace qtool
