#include "export/onnx/write_model.h"

#include <protozero/pbf_writer.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/version.h"
#include "graph/read/onnx_field_numbers.h"

namespace qtool::onnx {
namespace {

using protozero::pbf_writer;

constexpr size_t kMostBytes = (size_t(1) << 31) - 1;

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

void write_tensor(pbf_writer& to, const Initializer& initializer) {
  const auto values = initializer.values.detach().cpu().contiguous();
  to.add_packed_int64(tensor_field::kDims, values.sizes().begin(), values.sizes().end());
  to.add_int32(tensor_field::kType, initializer.is_int4 ? kInt4 : data_type(values.scalar_type()));
  to.add_string(tensor_field::kName, initializer.name);
  to.add_bytes(tensor_field::kRaw, initializer.is_int4 ? int4_bytes(values) : raw_bytes(values));
}

void write_dimension(pbf_writer& to, const Dimension& dimension) {
  if (const auto* length = std::get_if<int64_t>(&dimension))
    to.add_int64(dimension_field::kLength, *length);
  else
    to.add_string(dimension_field::kName, std::get<std::string>(dimension));
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

void write_graph(pbf_writer& to, const Model& model) {
  for (const auto& node : model.nodes)
    add_message(to, graph_field::kNode, [&](pbf_writer& message) { write_node(message, node); });
  to.add_string(graph_field::kName, model.name);
  for (const auto& tensor : model.initializers)
    add_message(to, graph_field::kInitializer, [&](pbf_writer& message) { write_tensor(message, tensor); });
  for (const auto& input : model.inputs)
    add_message(to, graph_field::kInput, [&](pbf_writer& message) { write_value(message, input); });
  for (const auto& output : model.outputs)
    add_message(to, graph_field::kOutput, [&](pbf_writer& message) { write_value(message, output); });
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

std::string serialize(const Model& model) {
  std::string bytes;
  pbf_writer file(bytes);
  file.add_int64(model_field::kIrVersion, kIrVersion);
  file.add_string(model_field::kProducerName, "qtool");
  file.add_string(model_field::kProducerVersion, qtool_version());
  add_message(file, model_field::kGraph, [&](pbf_writer& graph) { write_graph(graph, model); });
  add_message(file, model_field::kOpsetImport, [&](pbf_writer& opset) {
    opset.add_string(opset_field::kDomain, "");
    opset.add_int64(opset_field::kVersion, kOpset);
  });
  for (const auto& pair : model.metadata)
    add_message(file, model_field::kMetadata, [&](pbf_writer& entry) {
      entry.add_string(entry_field::kKey, pair.first);
      entry.add_string(entry_field::kValue, pair.second);
    });
  return bytes;
}

void write_model(const Model& model, const std::string& path) {
  const auto bytes = serialize(model);
  if (bytes.size() > kMostBytes)
    throw Error(ErrorKind::kUnquantizable, {.what = "the model is too large for an ONNX file",
                                            .where = path,
                                            .got = std::to_string(bytes.size()) + " bytes",
                                            .expected = "at most " + std::to_string(kMostBytes) +
                                                        ", as much as a protobuf message holds",
                                            .fix = "choose another --target"});
  write_file(path, bytes);
}

}  // namespace qtool::onnx
