#include "export/onnx/write_model.h"

#include <filesystem>
#include <map>
#include <optional>
#include <protozero/pbf_writer.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/version.h"
#include "graph/read/onnx_field_numbers.h"
#include "graph/read/onnx_file.h"

namespace qtool::onnx {
namespace {

using protozero::pbf_writer;

/// Tensors below it stay in the message: shapes and settings, which who reads the graph wants to see.
constexpr size_t kLeastOutside = 1024;
/// Where each begins in a file beside it: runtimes map such a file's pages into memory.
constexpr size_t kPage = 4096;

/// onnx.AttributeProto.AttributeType, in the order of AttributeValue.
constexpr int kAttributeTypes[] = {2, 1, 3, 7, 6, 8};

template <class Write>
void add_message(pbf_writer& to, uint32_t field, const Write& write) {
  pbf_writer message(to, field);
  write(message);
}

struct AttributeWriter {
  pbf_writer& to;
  void operator()(int64_t value) { to.add_int64(attribute_field::kInt, value); }
  void operator()(float value) { to.add_float(attribute_field::kFloat, value); }
  void operator()(const std::string& value) { to.add_bytes(attribute_field::kString, value); }
  void operator()(const std::vector<int64_t>& values) {
    to.add_packed_int64(attribute_field::kInts, values.begin(), values.end());
  }
  void operator()(const std::vector<float>& values) {
    to.add_packed_float(attribute_field::kFloats, values.begin(), values.end());
  }
  void operator()(const std::vector<std::string>& values) {
    for (const auto& value : values) to.add_bytes(attribute_field::kStrings, value);
  }
};

void write_node(pbf_writer& to, const Node& node) {
  for (const auto& input : node.inputs) to.add_string(node_field::kInput, input);
  for (const auto& output : node.outputs) to.add_string(node_field::kOutput, output);
  to.add_string(node_field::kName, node.name);
  to.add_string(node_field::kOperator, node.type);
  for (const auto& pair : node.attributes)
    add_message(to, node_field::kAttribute, [&](pbf_writer& attribute) {
      attribute.add_string(attribute_field::kName, pair.first);
      std::visit(AttributeWriter{attribute}, pair.second);
      attribute.add_enum(attribute_field::kType, kAttributeTypes[pair.second.index()]);
    });
}

std::string raw_bytes(const at::Tensor& values) {
  return {static_cast<const char*>(values.data_ptr()), values.nbytes()};
}

/// Two to a byte, the first in the lower half.
std::string int4_bytes(const at::Tensor& values) {
  const auto nibbles = raw_bytes(values.to(at::kChar));
  std::string bytes((nibbles.size() + 1) / 2, '\0');
  for (size_t i = 0; i < nibbles.size(); ++i)
    bytes[i / 2] = char(bytes[i / 2] | (nibbles[i] & 15) << (i % 2 == 0 ? 0 : 4));
  return bytes;
}

size_t bytes_of(const Initializer& initializer) {
  return initializer.is_int4 ? size_t(initializer.values.numel() + 1) / 2 : initializer.values.nbytes();
}

/// Where tensors lie in a file beside the message; without one they lie in the message.
struct Outside {
  std::string file = {};
  std::map<std::string, size_t> offsets = {};  ///< by the names of initializers
};

void write_place(pbf_writer& to, const std::string& key, const std::string& value) {
  add_message(to, tensor_field::kExternal, [&](pbf_writer& entry) {
    entry.add_string(entry_field::kKey, key);
    entry.add_string(entry_field::kValue, value);
  });
}

void write_tensor(pbf_writer& to, const Initializer& initializer, const Outside& outside) {
  constexpr int kIsExternal = 1;
  const auto values = initializer.values.detach().cpu().contiguous();
  to.add_packed_int64(tensor_field::kDims, values.sizes().begin(), values.sizes().end());
  to.add_int32(tensor_field::kType, initializer.is_int4 ? kInt4 : data_type(values.scalar_type()));
  to.add_string(tensor_field::kName, initializer.name);
  const auto offset = outside.offsets.find(initializer.name);
  if (offset == outside.offsets.end()) {
    to.add_bytes(tensor_field::kRaw, initializer.is_int4 ? int4_bytes(values) : raw_bytes(values));
    return;
  }
  write_place(to, "location", outside.file);
  write_place(to, "offset", std::to_string(offset->second));
  write_place(to, "length", std::to_string(bytes_of(initializer)));
  to.add_enum(tensor_field::kLocation, kIsExternal);
}

void write_dimension(pbf_writer& to, const Dimension& dimension) {
  if (const auto* length = std::get_if<int64_t>(&dimension))
    to.add_int64(dimension_field::kLength, *length);
  else if (const auto& name = std::get<std::string>(dimension); !name.empty())
    to.add_string(dimension_field::kName, name);
}

void write_value(pbf_writer& to, const ValueInfo& value) {
  to.add_string(value_field::kName, value.name);
  add_message(to, value_field::kType, [&](pbf_writer& type) {
    add_message(type, type_field::kTensor, [&](pbf_writer& tensor) {
      tensor.add_int32(tensor_type_field::kElement, data_type(value.type));
      if (!value.has_shape) return;
      add_message(tensor, tensor_type_field::kShape, [&](pbf_writer& shape) {
        for (const auto& dimension : value.shape)
          add_message(shape, shape_field::kDimension,
                      [&](pbf_writer& message) { write_dimension(message, dimension); });
      });
    });
  });
}

void write_graph(pbf_writer& to, const Model& model, const Outside& outside) {
  for (const auto& node : model.nodes)
    add_message(to, graph_field::kNode, [&](pbf_writer& message) { write_node(message, node); });
  to.add_string(graph_field::kName, model.name);
  for (const auto& tensor : model.initializers)
    add_message(to, graph_field::kInitializer,
                [&](pbf_writer& message) { write_tensor(message, tensor, outside); });
  for (const auto& input : model.inputs)
    add_message(to, graph_field::kInput, [&](pbf_writer& message) { write_value(message, input); });
  for (const auto& output : model.outputs)
    add_message(to, graph_field::kOutput, [&](pbf_writer& message) { write_value(message, output); });
}

using Metadata = std::map<std::string, std::string>;

std::string message_of(const Model& model, const Metadata& metadata, const Outside& outside) {
  std::string bytes;
  pbf_writer file(bytes);
  file.add_int64(model_field::kIrVersion, kIrVersion);
  file.add_string(model_field::kProducerName, "qtool");
  file.add_string(model_field::kProducerVersion, qtool_version());
  add_message(file, model_field::kGraph, [&](pbf_writer& graph) { write_graph(graph, model, outside); });
  add_message(file, model_field::kOpsetImport, [&](pbf_writer& opset) {
    opset.add_string(opset_field::kDomain, "");
    opset.add_int64(opset_field::kVersion, kOpset);
  });
  for (const auto& pair : metadata)
    add_message(file, model_field::kMetadata, [&](pbf_writer& entry) {
      entry.add_string(entry_field::kKey, pair.first);
      entry.add_string(entry_field::kValue, pair.second);
    });
  return bytes;
}

void check_fits(const std::string& message, const std::string& path, size_t most_bytes) {
  if (message.size() <= most_bytes) return;
  throw Error(ErrorKind::kUnquantizable,
              {.what = "the model is too large for an ONNX file",
               .where = path,
               .got = std::to_string(message.size()) + " bytes without its weights",
               .expected = "at most " + std::to_string(most_bytes) + ", as much as a protobuf message holds",
               .fix = "choose another --target"});
}

/// The message with all tensors in it; nothing where that is too much.
std::optional<std::string> whole_message(const Model& model, size_t most_bytes) {
  size_t weights = 0;
  for (const auto& initializer : model.initializers) weights += bytes_of(initializer);
  if (weights > most_bytes) return std::nullopt;
  auto message = serialize(model);
  return message.size() <= most_bytes ? std::optional(std::move(message)) : std::nullopt;
}

/// Writes the larger tensors one behind the other.
Outside write_outside(const Model& model, StagedFile& file, const std::string& name) {
  Outside outside{.file = name};
  size_t end = 0;
  for (const auto& initializer : model.initializers) {
    if (bytes_of(initializer) < kLeastOutside) continue;
    const size_t begin = (end + kPage - 1) / kPage * kPage;
    file.write(std::string(begin - end, '\0'));
    const auto values = initializer.values.detach().cpu().contiguous();
    if (initializer.is_int4)
      file.write(int4_bytes(values));
    else
      file.write({static_cast<const char*>(values.data_ptr()), values.nbytes()});
    outside.offsets[initializer.name] = begin;
    end = begin + bytes_of(initializer);
  }
  file.finish();
  return outside;
}

/// At no time does a model stand beside the weights of another one.
void write_with_data(const Model& model, const std::string& path, size_t most_bytes) {
  const auto data_path = onnx_data_file(path);
  StagedFile data(data_path), file(path);
  const auto outside = write_outside(model, data, std::filesystem::path(data_path).filename().string());
  auto metadata = model.metadata;
  metadata[kOnnxDataKey] = sha256_file(data.path());
  const auto message = message_of(model, metadata, outside);
  check_fits(message, path, most_bytes);
  file.write(message);
  file.finish();
  std::filesystem::remove(path);
  data.rename();
  file.rename();
}

}  // namespace

int data_type(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return 1;
    case at::kByte:
      return 2;
    case at::kChar:
      return 3;
    case at::kShort:
      return 5;
    case at::kInt:
      return 6;
    case at::kLong:
      return 7;
    case at::kBool:
      return 9;
    case at::kHalf:
      return 10;
    case at::kDouble:
      return 11;
    case at::kBFloat16:
      return 16;
    default:
      return 0;
  }
}

std::string serialize(const Model& model) { return message_of(model, model.metadata, {}); }

void write_model(const Model& model, const std::string& path, size_t most_bytes) {
  const auto message = whole_message(model, most_bytes);
  if (!message) return write_with_data(model, path, most_bytes);
  write_file(path, *message);
  std::filesystem::remove(onnx_data_file(path));
}

}  // namespace qtool::onnx
