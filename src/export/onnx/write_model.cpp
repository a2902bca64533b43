#include "export/onnx/write_model.h"

#include <protozero/pbf_writer.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/version.h"

namespace qtool::onnx {
namespace {

using protozero::pbf_writer;

// Field numbers of onnx.proto3.
namespace field {
enum Model {
  kIrVersion = 1,
  kProducerName = 2,
  kProducerVersion = 3,
  kGraph = 7,
  kOpsetImport = 8,
  kMetadata = 14
};
enum Entry { kKey = 1, kEntryValue = 2 };
enum Opset { kDomain = 1, kVersion = 2 };
enum Graph { kNode = 1, kName = 2, kInitializer = 5, kInput = 11, kOutput = 12 };
enum Node { kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kType = 4, kAttribute = 5 };
enum Attribute {
  kAttributeName = 1,
  kFloat = 2,
  kInt = 3,
  kString = 4,
  kFloats = 7,
  kInts = 8,
  kAttributeType = 20
};
enum Tensor { kDims = 1, kDataType = 2, kTensorName = 8, kRawData = 9 };
enum ValueInfo { kValueName = 1, kValueType = 2 };
enum Type {
  kTensorType = 1,
  kElementType = 1,
  kShape = 2,
  kDimension = 1,
  kDimensionValue = 1,
  kDimensionName = 2
};
}  // namespace field

constexpr size_t kMostBytes = (size_t(1) << 31) - 1;

/// onnx.AttributeProto.AttributeType, in the order of AttributeValue.
constexpr int kAttributeTypes[] = {2, 1, 3, 7, 6};

template <class Write>
void add_message(pbf_writer& to, int field, const Write& write) {
  pbf_writer message(to, static_cast<protozero::pbf_tag_type>(field));
  write(message);
}

struct AttributeWriter {
  pbf_writer& to;
  void operator()(int64_t value) { to.add_int64(field::kInt, value); }
  void operator()(float value) { to.add_float(field::kFloat, value); }
  void operator()(const std::string& value) { to.add_bytes(field::kString, value); }
  void operator()(const std::vector<int64_t>& values) {
    to.add_packed_int64(field::kInts, values.begin(), values.end());
  }
  void operator()(const std::vector<float>& values) {
    to.add_packed_float(field::kFloats, values.begin(), values.end());
  }
};

void write_node(pbf_writer& to, const Node& node) {
  for (const auto& input : node.inputs) to.add_string(field::kNodeInput, input);
  for (const auto& output : node.outputs) to.add_string(field::kNodeOutput, output);
  to.add_string(field::kNodeName, node.name);
  to.add_string(field::kType, node.type);
  for (const auto& pair : node.attributes)
    add_message(to, field::kAttribute, [&](pbf_writer& attribute) {
      attribute.add_string(field::kAttributeName, pair.first);
      std::visit(AttributeWriter{attribute}, pair.second);
      attribute.add_enum(field::kAttributeType, kAttributeTypes[pair.second.index()]);
    });
}

void write_tensor(pbf_writer& to, const Initializer& initializer) {
  const auto values = initializer.values.detach().cpu().contiguous();
  to.add_packed_int64(field::kDims, values.sizes().begin(), values.sizes().end());
  to.add_int32(field::kDataType, data_type(values.scalar_type()));
  to.add_string(field::kTensorName, initializer.name);
  to.add_bytes(field::kRawData, static_cast<const char*>(values.data_ptr()), values.nbytes());
}

void write_dimension(pbf_writer& to, const Dimension& dimension) {
  if (const auto* length = std::get_if<int64_t>(&dimension))
    to.add_int64(field::kDimensionValue, *length);
  else
    to.add_string(field::kDimensionName, std::get<std::string>(dimension));
}

void write_value(pbf_writer& to, const ValueInfo& value) {
  to.add_string(field::kValueName, value.name);
  add_message(to, field::kValueType, [&](pbf_writer& type) {
    add_message(type, field::kTensorType, [&](pbf_writer& tensor) {
      tensor.add_int32(field::kElementType, data_type(value.type));
      if (!value.has_shape) return;
      add_message(tensor, field::kShape, [&](pbf_writer& shape) {
        for (const auto& dimension : value.shape)
          add_message(shape, field::kDimension,
                      [&](pbf_writer& message) { write_dimension(message, dimension); });
      });
    });
  });
}

void write_graph(pbf_writer& to, const Model& model) {
  for (const auto& node : model.nodes)
    add_message(to, field::kNode, [&](pbf_writer& message) { write_node(message, node); });
  to.add_string(field::kName, model.name);
  for (const auto& tensor : model.initializers)
    add_message(to, field::kInitializer, [&](pbf_writer& message) { write_tensor(message, tensor); });
  for (const auto& input : model.inputs)
    add_message(to, field::kInput, [&](pbf_writer& message) { write_value(message, input); });
  for (const auto& output : model.outputs)
    add_message(to, field::kOutput, [&](pbf_writer& message) { write_value(message, output); });
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
  file.add_int64(field::kIrVersion, kIrVersion);
  file.add_string(field::kProducerName, "qtool");
  file.add_string(field::kProducerVersion, qtool_version());
  add_message(file, field::kGraph, [&](pbf_writer& graph) { write_graph(graph, model); });
  add_message(file, field::kOpsetImport, [&](pbf_writer& opset) {
    opset.add_string(field::kDomain, "");
    opset.add_int64(field::kVersion, kOpset);
  });
  for (const auto& pair : model.metadata)
    add_message(file, field::kMetadata, [&](pbf_writer& entry) {
      entry.add_string(field::kKey, pair.first);
      entry.add_string(field::kEntryValue, pair.second);
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
