#include "graph/read/onnx_tensor.h"

#include <optional>
#include <utility>

#include "graph/read/onnx_fields.h"

namespace qtool::onnx {
namespace {

using protozero::pbf_reader;

struct ElementType {
  const char* name;
  int bits;  ///< 0: of any length
};
/// By their numbers in TensorProto.DataType.
constexpr ElementType kElementTypes[] = {
    {"undefined", 0},      {"float32", 32},  {"uint8", 8},        {"int8", 8},           {"uint16", 16},
    {"int16", 16},         {"int32", 32},    {"int64", 64},       {"string", 0},         {"bool", 8},
    {"float16", 16},       {"float64", 64},  {"uint32", 32},      {"uint64", 64},        {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16}, {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},     {"int4", 4},         {"float4e2m1", 4},     {"float8e8m0", 8},
    {"uint2", 2},          {"int2", 2}};
constexpr int kString = 8;

const ElementType& element_type(int64_t number) {
  if (number < 1 || number >= static_cast<int64_t>(std::size(kElementTypes)))
    throw Flaw("a tensor of type " + std::to_string(number), "types that ONNX has");
  return kElementTypes[number];
}

constexpr int64_t kMostNumbers = int64_t{1} << 40;

/// Where a tensor's data lies that is not in the file.
struct External {
  std::string location = {};
  int64_t offset = 0;
  std::optional<int64_t> length = {};
};

int64_t whole_number(const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw Flaw("'" + text + "' as a place in a file of weights", "a number of bytes");
  return std::stoll(text);
}

struct Stored : Tensor {
  int64_t type = 0;
  int64_t raw_bytes = 0;
  int64_t typed = 0;  ///< numbers or strings in the other fields
  bool has_raw = false, is_external = false;
  External external = {};

  [[nodiscard]] std::string quoted() const { return "'" + name + "'"; }
  [[nodiscard]] int64_t bytes() const { return (numbers * element_type(type).bits + 7) / 8; }
};

/// A repeated field of numbers of `width` bytes; 0: of any.
int64_t numbers_in(pbf_reader& field, size_t width) {
  if (field.wire_type() != protozero::pbf_wire_type::length_delimited) {
    field.skip();
    return 1;
  }
  if (width == 0) return static_cast<int64_t>(field.get_packed_int64().size());
  return static_cast<int64_t>(view(field).size() / width);
}

void multiply(int64_t& numbers, int64_t dim) {
  if (dim < 0)
    throw Flaw("a tensor with " + std::to_string(dim) + " in its shape", "sizes that are not negative");
  if (dim > 0 && numbers > kMostNumbers / dim)
    throw Flaw("a tensor of more than 2^40 numbers", "tensors that fit into memory");
  numbers *= dim;
}

void read_dims(pbf_reader& field, int64_t& numbers) {
  if (field.wire_type() == protozero::pbf_wire_type::varint) return multiply(numbers, integer(field));
  for (const int64_t dim : expect(field, protozero::pbf_wire_type::length_delimited).get_packed_int64())
    multiply(numbers, dim);
}

void read_external(pbf_reader entry, External& external) {
  const auto [key, value] = read_entry(entry);
  if (key == "location") external.location = value;
  if (key == "offset") external.offset = whole_number(value);
  if (key == "length") external.length = whole_number(value);
}

Stored read_stored(pbf_reader fields) {
  Stored tensor;
  while (fields.next()) switch (fields.tag()) {
      case tensor_field::kDims:
        read_dims(fields, tensor.numbers);
        break;
      case tensor_field::kType:
        tensor.type = integer(fields);
        break;
      case tensor_field::kName:
        tensor.name = text(fields);
        break;
      case tensor_field::kRaw:
        tensor.raw_bytes = static_cast<int64_t>(view(fields).size());
        tensor.has_raw = true;
        break;
      case tensor_field::kFloats:
        tensor.typed += numbers_in(fields, 4);
        break;
      case tensor_field::kDoubles:
        tensor.typed += numbers_in(fields, 8);
        break;
      case tensor_field::kInt32s:
      case tensor_field::kInt64s:
      case tensor_field::kUint64s:
        tensor.typed += numbers_in(fields, 0);
        break;
      case tensor_field::kStrings:
        fields.skip();
        ++tensor.typed;
        break;
      case tensor_field::kExternal:
        read_external(message(fields), tensor.external);
        break;
      case tensor_field::kLocation:
        tensor.is_external = integer(fields) == 1;
        break;
      default:
        fields.skip();
    }
  return tensor;
}

/// The data of an external tensor must lie below the folder of the file.
void check_external(const Stored& tensor, const std::filesystem::path& folder) {
  const std::filesystem::path location = tensor.external.location;
  bool leaves = location.empty() || location.is_absolute();
  for (const auto& part : location) leaves |= part == "..";
  if (leaves)
    throw Flaw("the weight " + tensor.quoted() + " in the file '" + location.string() + "'",
               "files of weights beside the model");
  std::error_code error;
  const auto size = std::filesystem::file_size(folder / location, error);
  if (error)
    throw Flaw("no file '" + location.string() + "', which has the weight " + tensor.quoted(),
               "the files of weights beside the model");
  const int64_t bytes = tensor.external.length.value_or(tensor.bytes());
  if (bytes != tensor.bytes() || tensor.external.offset > static_cast<int64_t>(size) - bytes)
    throw Flaw("less or more data than the weight " + tensor.quoted() + " has, in the file '" +
                   location.string() + "'",
               "as much data as its shape says");
}

void check_tensor(const Stored& tensor, const std::filesystem::path& folder) {
  const int bits = element_type(tensor.type).bits;
  if (tensor.is_external && tensor.type != kString) return check_external(tensor, folder);
  if (tensor.has_raw && tensor.raw_bytes == tensor.bytes() && tensor.type != kString) return;
  // Two or four numbers of fewer bits than a byte share an int32; a complex one is two.
  const int64_t fewest = bits != 0 && bits < 8 ? (tensor.numbers * bits + 7) / 8 : tensor.numbers;
  if (!tensor.has_raw && (tensor.typed == tensor.numbers || tensor.typed == fewest)) return;
  throw Flaw("less or more data than the tensor " + tensor.quoted() + " has",
             "as much data as its shape says");
}

}  // namespace

Tensor read_tensor(pbf_reader fields, const std::filesystem::path& folder) {
  auto tensor = read_stored(fields);
  check_tensor(tensor, folder);
  if (tensor.is_external) tensor.data_file = tensor.external.location;
  return std::move(static_cast<Tensor&>(tensor));
}

std::string element_name(int64_t type) { return element_type(type).name; }

}  // namespace qtool::onnx
