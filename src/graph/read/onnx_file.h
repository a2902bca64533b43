#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace qtool {

/// What an ONNX file says of itself; its operators are run by OpenVINO (run/openvino_runtime.h), not by qtool.
struct OnnxFile {
  /// An input or output: `x`, `float32[batch, 3, 8, 8]`.
  struct Value {
    std::string name = {};
    std::string type = {};
  };
  int64_t ir_version = 0;
  std::map<std::string, int64_t> opsets = {};  ///< by domain; that of ONNX itself is the empty one
  std::string producer = {};                   ///< name and version
  std::vector<Value> inputs = {};              ///< those that no initializer fills
  std::vector<Value> outputs = {};
  std::map<std::string, int64_t> operators =
      {};                                 ///< how many of each; before a name of another domain stands that
  int64_t tensors = 0;                    ///< initializers
  int64_t parameters = 0;                 ///< numbers in them
  std::set<std::string> data_files = {};  ///< beside this one, that have tensors
  std::vector<std::pair<std::string, std::string>> metadata = {};  ///< in the order of the file
};

/// Where qtool writes the weights of an ONNX file that one protobuf message cannot hold: beside it.
[[nodiscard]] std::string onnx_data_file(const std::string& path);
/// Under this key of the metadata stands the SHA-256 of that file.
inline constexpr const char* kOnnxDataKey = "qtool_data_sha256";

/// Whether the file is a protobuf message of ONNX's, by its first bytes.
[[nodiscard]] bool is_onnx(const std::string& head);

/// Reads all of the file, and looks whether its tensors have as much data as their shapes say, in the file or in a file
/// beside it, so that a small file cannot ask for much memory. Weights that qtool wrote beside it must be unchanged.
/// Throws Error(kUsage).
[[nodiscard]] OnnxFile read_onnx(const std::string& path);

}  // namespace qtool
