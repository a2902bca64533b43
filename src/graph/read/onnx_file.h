#pragma once
#include <cstdint>
#include <map>
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
      {};                  ///< how many of each; before a name of another domain stands that
  int64_t tensors = 0;     ///< initializers
  int64_t parameters = 0;  ///< numbers in them
  std::vector<std::pair<std::string, std::string>> metadata = {};  ///< in the order of the file
};

/// Whether the file is a protobuf message of ONNX's, by its first bytes.
[[nodiscard]] bool is_onnx(const std::string& head);

/// Reads all of the file, and looks whether its tensors have as much data as their shapes say, in the file or in a file
/// beside it, so that a small file cannot ask for much memory. Throws Error(kUsage).
[[nodiscard]] OnnxFile read_onnx(const std::string& path);

}  // namespace qtool
