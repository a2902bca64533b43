#include "graph/read/onnx_file.h"

#include <filesystem>
#include <fstream>
#include <set>

#include "base/limits.h"
#include "base/names.h"
#include "base/sha256.h"
#include "graph/read/onnx_fields.h"
#include "graph/read/onnx_inputs.h"
#include "graph/read/onnx_tensor.h"
#include "graph/read/refuse_model.h"

namespace qtool {
namespace onnx {
namespace {

using protozero::pbf_reader;

/// Graphs within graphs: branches and loops.
constexpr int kDeepest = 32;
std::string dim_text(pbf_reader dim) {
  std::string size = "?";
  while (dim.next())
    if (dim.tag() == dimension_field::kLength)
      size = std::to_string(integer(dim));
    else if (dim.tag() == dimension_field::kName)
      size = text(dim);
    else
      dim.skip();
  return size;
}

std::string tensor_type_text(pbf_reader tensor) {
  std::string element = "?", shape = "[...]";
  while (tensor.next())
    if (tensor.tag() == tensor_type_field::kElement) {
      element = element_name(integer(tensor));
    } else if (tensor.tag() == tensor_type_field::kShape) {
      std::vector<std::string> dims;
      pbf_reader dim = message(tensor);
      while (dim.next(shape_field::kDimension)) dims.push_back(dim_text(message(dim)));
      shape = "[" + join(dims) + "]";
    } else {
      tensor.skip();
    }
  return element + shape;
}

OnnxFile::Value read_value(pbf_reader fields) {
  OnnxFile::Value value{.type = "?"};
  while (fields.next())
    if (fields.tag() == value_field::kName) {
      value.name = text(fields);
    } else if (fields.tag() == value_field::kType) {
      pbf_reader type = message(fields);
      value.type = "no tensor";
      while (type.next())
        if (type.tag() == type_field::kTensor)
          value.type = tensor_type_text(message(type));
        else
          type.skip();
    } else {
      fields.skip();
    }
  return value;
}

class Reader {
 public:
  explicit Reader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  OnnxFile read(pbf_reader model) {
    std::string name, version;
    bool has_graph = false;
    while (model.next()) switch (model.tag()) {
        case model_field::kIrVersion:
          file_.ir_version = integer(model);
          break;
        case model_field::kProducerName:
          name = text(model);
          break;
        case model_field::kProducerVersion:
          version = text(model);
          break;
        case model_field::kGraph:
          if (has_graph) throw Flaw("a second graph", "one graph");
          has_graph = true;
          graph(message(model), 0);
          break;
        case model_field::kOpsetImport:
          opset(message(model));
          break;
        case model_field::kMetadata:
          file_.metadata.push_back(read_entry(message(model)));
          break;
        case model_field::kFunctions:
          nodes(message(model), function_field::kNode, 0);
          break;
        default:
          model.skip();
      }
    if (!has_graph) throw Flaw("no graph in it", "a graph");
    file_.producer = name + (name.empty() || version.empty() ? "" : " ") + version;
    return std::move(file_);
  }

 private:
  void opset(pbf_reader fields) {
    std::string domain;
    int64_t version = 0;
    while (fields.next())
      if (fields.tag() == opset_field::kDomain)
        domain = text(fields);
      else if (fields.tag() == opset_field::kVersion)
        version = integer(fields);
      else
        fields.skip();
    file_.opsets[domain == "ai.onnx" ? "" : domain] = version;
  }

  void graph(pbf_reader fields, int depth) {
    if (depth > kDeepest)
      throw Flaw("graphs more than " + std::to_string(kDeepest) + " deep", "graphs less deep in each other");
    std::set<std::string> filled;
    std::vector<OnnxFile::Value> inputs, outputs;
    while (fields.next()) switch (fields.tag()) {
        case graph_field::kNode:
          node(message(fields), depth);
          break;
        case graph_field::kInitializer: {
          const Tensor read = read_tensor(message(fields), folder_);
          filled.insert(read.name);
          ++file_.tensors;
          file_.parameters += read.numbers;
          if (!read.data_file.empty()) file_.data_files.insert(read.data_file);
          break;
        }
        case graph_field::kSparseInitializer:
          throw Flaw("a sparse tensor", "dense tensors");
        case graph_field::kInput:
          inputs.push_back(read_value(message(fields)));
          break;
        case graph_field::kOutput:
          outputs.push_back(read_value(message(fields)));
          break;
        default:
          fields.skip();
      }
    if (depth > 0) return;
    for (auto& input : inputs)
      if (!filled.contains(input.name)) file_.inputs.push_back(std::move(input));
    file_.outputs = std::move(outputs);
  }

  void nodes(pbf_reader fields, uint32_t field, int depth) {
    while (fields.next())
      if (fields.tag() == field)
        node(message(fields), depth);
      else
        fields.skip();
  }

  void node(pbf_reader fields, int depth) {
    std::string name, domain;
    int inputs = 0;
    while (fields.next()) switch (fields.tag()) {
        case node_field::kInput:
          inputs += text(fields).empty() ? 0 : 1;
          break;
        case node_field::kOperator:
          name = text(fields);
          break;
        case node_field::kDomain:
          domain = text(fields);
          break;
        case node_field::kAttribute:
          attribute(message(fields), depth);
          break;
        default:
          fields.skip();
      }
    const bool of_onnx = domain.empty() || domain == "ai.onnx";
    if (of_onnx && inputs < fewest_inputs(name))
      throw Flaw(std::to_string(inputs) + (inputs == 1 ? " input of " : " inputs of ") + name,
                 "at least " + std::to_string(fewest_inputs(name)));
    ++file_.operators[of_onnx ? name : domain + "." + name];
  }

  void attribute(pbf_reader fields, int depth) {
    while (fields.next()) switch (fields.tag()) {
        case attribute_field::kTensor:
        case attribute_field::kTensors:
          (void)read_tensor(message(fields), folder_);
          break;
        case attribute_field::kGraph:
        case attribute_field::kGraphs:
          graph(message(fields), depth + 1);
          break;
        case attribute_field::kSparse:
        case attribute_field::kSparses:
          throw Flaw("a sparse tensor", "dense tensors");
        default:
          fields.skip();
      }
  }

  std::filesystem::path folder_;
  OnnxFile file_;
};

std::string bytes_of(const std::string& path) {
  const uint64_t size = std::filesystem::file_size(path);
  check_size({.what = "the ONNX file", .where = path}, size, (uint64_t{1} << 31) - 1);
  std::string bytes(size, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

/// Whether a ModelProto may have the field, in this form.
bool is_model_field(const pbf_reader& field) {
  switch (field.tag()) {
    case model_field::kIrVersion:
    case model_field::kModelVersion:
      return field.wire_type() == protozero::pbf_wire_type::varint;
    case model_field::kProducerName:
    case model_field::kProducerVersion:
    case model_field::kDomain:
    case model_field::kDoc:
    case model_field::kGraph:
    case model_field::kOpsetImport:
    case model_field::kMetadata:
    case model_field::kTraining:
    case model_field::kFunctions:
    case model_field::kConfiguration:
      return field.wire_type() == protozero::pbf_wire_type::length_delimited;
    default:
      return false;
  }
}

/// Another file of the same length would fill the weights as well.
void check_data(const OnnxFile& file, const std::filesystem::path& folder) {
  for (const auto& [key, written] : file.metadata) {
    if (key != kOnnxDataKey) continue;
    for (const auto& name : file.data_files)
      if (sha256_file((folder / name).string()) != written)
        throw Flaw("weights in the file '" + name + "' that are not those of this model",
                   "the file of weights that qtool wrote with it");
  }
}

}  // namespace
}  // namespace onnx

std::string onnx_data_file(const std::string& path) { return path + ".data"; }

bool is_onnx(const std::string& head) {
  protozero::pbf_reader fields(head);
  bool is_versioned = false;
  int known = 0;
  try {
    for (; fields.next() && onnx::is_model_field(fields); ++known) {
      is_versioned |= fields.tag() == onnx::model_field::kIrVersion;
      fields.skip();
    }
  } catch (const protozero::end_of_buffer_exception&) {  // goes on behind the head
    return is_versioned || fields.tag() == onnx::model_field::kGraph;
  } catch (const protozero::exception&) {  // what stands there is damaged
  }
  return is_versioned && known > 1;
}

OnnxFile read_onnx(const std::string& path) {
  try {
    const auto bytes = onnx::bytes_of(path);
    const auto folder = std::filesystem::path(path).parent_path();
    auto file = onnx::Reader(folder).read(protozero::pbf_reader(bytes));
    onnx::check_data(file, folder);
    return file;
  } catch (const Flaw& flaw) {
    refuse_model(path, "this ONNX file cannot be used", flaw.what(), "export the model again", flaw.expected);
  } catch (const protozero::exception&) {
    refuse_model(path, "this ONNX file is damaged or cut off", "no whole message of protobuf",
                 "copy or export it again", "an ONNX file");
  }
}

}  // namespace qtool
