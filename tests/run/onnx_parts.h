#pragma once
/// Small ONNX files, and their parts as protobuf's bytes.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <vector>

namespace qtool::onnx_parts {

/// A file of these bytes while the object lives. Of another suffix: what a file is, its contents say.
class File {
 public:
  explicit File(const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::filesystem::remove(path); }
  const std::string path =
      std::filesystem::temp_directory_path() / ("qtool_onnx_test." + std::to_string(getpid()) + ".model");
};

struct Field {
  uint32_t number;
  std::string bytes;
};

inline std::string message(const std::vector<Field>& fields) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  for (const auto& field : fields) writer.add_bytes(field.number, field.bytes);
  return bytes;
}

/// A varint in front of `rest`.
inline std::string number(uint32_t field, int64_t value, const std::string& rest = "") {
  std::string bytes;
  protozero::pbf_writer(bytes).add_int64(field, value);
  return bytes + rest;
}

inline std::string node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::string& output, const std::vector<std::string>& attributes = {}) {
  std::vector<Field> fields;
  for (const auto& input : inputs) fields.push_back({1, input});
  fields.push_back({2, output});
  fields.push_back({4, op});
  for (const auto& attribute : attributes) fields.push_back({5, attribute});
  return message(fields);
}

inline std::string integer_attribute(const std::string& name, int64_t value) {
  return message({{1, name}}) + number(3, value, number(20, 2));
}

/// A tensor of `type` (1 float32, 7 int64) whose shape may say what it likes.
inline std::string tensor(const std::string& name, const std::vector<int64_t>& shape, int type,
                          const std::string& raw) {
  std::string dims;
  for (const int64_t dim : shape) dims += number(1, dim);
  return dims + number(2, type, message({{8, name}, {9, raw}}));
}

/// An input or output; -1 is a size of the name `batch`.
inline std::string value(const std::string& name, const std::vector<int64_t>& shape, int type = 1) {
  std::vector<Field> dims;
  for (const int64_t dim : shape) dims.push_back({1, dim < 0 ? message({{2, "batch"}}) : number(1, dim)});
  const std::string of_tensor = number(1, type, message({{2, message(dims)}}));
  return message({{1, name}, {2, message({{1, of_tensor}})}});
}

inline std::string model(const std::vector<Field>& graph, int64_t opset = 21) {
  return number(1, 10, message({{2, "qtool"}, {3, "0.1"}, {7, message(graph)}, {8, number(2, opset)}}));
}

/// y = x + x, for any number of rows of three.
inline std::string doubling(int64_t opset = 21) {
  return model({{1, node("Add", {"x", "x"}, "y")}, {11, value("x", {-1, 3})}, {12, value("y", {-1, 3})}},
               opset);
}

}  // namespace qtool::onnx_parts
