#pragma once
/// The fields of onnx.proto3 that qtool reads, and how one is read.
#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <utility>

#include "graph/read/flaw.h"

namespace qtool::onnx {

namespace model_field {
enum : uint32_t {
  kIrVersion = 1,
  kProducerName = 2,
  kProducerVersion = 3,
  kDomain = 4,
  kModelVersion = 5,
  kDoc = 6,
  kGraph = 7,
  kOpsetImport = 8,
  kMetadata = 14,
  kTraining = 20,
  kFunctions = 25,
  kConfiguration = 26
};
}
namespace graph_field {
enum : uint32_t { kNode = 1, kInitializer = 5, kInput = 11, kOutput = 12, kSparseInitializer = 15 };
}
namespace node_field {
enum : uint32_t { kInput = 1, kOperator = 4, kAttribute = 5, kDomain = 7 };
}
namespace attribute_field {
enum : uint32_t { kTensor = 5, kGraph = 6, kTensors = 10, kGraphs = 11, kSparse = 22, kSparses = 23 };
}
namespace function_field {
enum : uint32_t { kNode = 7 };
}
namespace tensor_field {
enum : uint32_t {
  kDims = 1,
  kType = 2,
  kFloats = 4,
  kInt32s = 5,
  kStrings = 6,
  kInt64s = 7,
  kName = 8,
  kRaw = 9,
  kDoubles = 10,
  kUint64s = 11,
  kExternal = 13,
  kLocation = 14
};
}

/// protozero leaves it to its users that a field has the form which its number says.
inline protozero::pbf_reader& expect(protozero::pbf_reader& field, protozero::pbf_wire_type form) {
  if (field.wire_type() != form) throw Flaw("a field of another form than ONNX's", "an ONNX file");
  return field;
}
inline int64_t integer(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::varint).get_int64();
}
inline std::string text(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::length_delimited).get_string();
}
inline protozero::pbf_reader message(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::length_delimited).get_message();
}
inline protozero::data_view view(protozero::pbf_reader& field) {
  return expect(field, protozero::pbf_wire_type::length_delimited).get_view();
}

/// A key and its value.
inline std::pair<std::string, std::string> read_entry(protozero::pbf_reader entry) {
  std::pair<std::string, std::string> pair;
  while (entry.next())
    if (entry.tag() == 1)
      pair.first = text(entry);
    else if (entry.tag() == 2)
      pair.second = text(entry);
    else
      entry.skip();
  return pair;
}

}  // namespace qtool::onnx
