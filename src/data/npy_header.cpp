#include "data/npy_header.h"

#include <charconv>
#include <string_view>

#include "base/error.h"

namespace qtool {
namespace {

constexpr uint64_t kLongestHeader = 1 << 16;  // NumPy writes about 128 bytes

[[noreturn]] void refuse(const ByteSource& source, const std::string& what, const std::string& got,
                         const std::string& expected, const std::string& fix) {
  throw Error(ErrorKind::kUsage,
              {.what = what, .where = source.name(), .got = got, .expected = expected, .fix = fix});
}

[[noreturn]] void bad_header(const ByteSource& source, const std::string& got) {
  refuse(source, "bad .npy header", got,
         "a dict with descr, fortran_order and shape, as numpy.save writes it",
         "save the array again with numpy.save");
}

/// The text after `'key':`, without leading spaces.
std::string_view value_of(const ByteSource& source, std::string_view header, const std::string& key) {
  const size_t at = header.find("'" + key + "':");
  if (at == std::string_view::npos) bad_header(source, "no '" + key + "' in " + std::string(header));
  header.remove_prefix(at + key.size() + 3);
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

at::ScalarType dtype_of(const ByteSource& source, std::string_view header) {
  struct Row {
    std::string_view code;
    at::ScalarType dtype;
  };
  static constexpr Row kTable[] = {{"b1", at::kBool},  {"u1", at::kByte},  {"i1", at::kChar},
                                   {"i2", at::kShort}, {"i4", at::kInt},   {"i8", at::kLong},
                                   {"f2", at::kHalf},  {"f4", at::kFloat}, {"f8", at::kDouble}};
  const std::string_view value = value_of(source, header, "descr");
  const std::string_view text = value.substr(0, value.find(','));  // with its quotes: '<f4'
  for (const auto& row : kTable) {
    const bool order_fits = text.size() == 5 && (text[1] == '<' || text[1] == '|' || text[1] == '=');
    if (order_fits && text.substr(2, 2) == row.code) return row.dtype;
  }
  refuse(source, "unsupported dtype in .npy data", std::string(text),
         "little-endian bool, int8, int16, int32, int64, uint8, float16, float32 or float64",
         "convert it with .astype, e.g. x.astype('float32')");
}

std::vector<int64_t> shape_of(const ByteSource& source, std::string_view header) {
  const std::string_view value = value_of(source, header, "shape");
  const size_t close = value.find(')');
  if (!value.starts_with('(') || close == std::string_view::npos) bad_header(source, std::string(header));
  std::vector<int64_t> shape;
  const char* at = value.data() + 1;
  const char* const end = value.data() + close;
  while (at < end) {
    int64_t extent = 0;
    const auto [stop, code] = std::from_chars(at, end, extent);
    if (code != std::errc() || (stop != end && *stop != ',')) bad_header(source, std::string(header));
    shape.push_back(extent);
    at = stop;
    while (at < end && (*at == ',' || *at == ' ')) ++at;
  }
  return shape;
}

}  // namespace

StoredArray open_npy_array(std::shared_ptr<ByteSource> source) {
  unsigned char start[12] = {};
  source->read(0, start, 10);
  if (std::string_view(reinterpret_cast<char*>(start), 6) != "\x93NUMPY" || start[6] < 1 || start[6] > 3)
    refuse(*source, "not .npy data", "other bytes at its start",
           "NumPy's magic bytes and format version 1 to 3", "save the array with numpy.save or numpy.savez");
  const uint64_t length_at = 8, length_bytes = start[6] == 1 ? 2 : 4;
  source->read(length_at, start + length_at, length_bytes);
  uint64_t length = 0;
  for (uint64_t i = 0; i < length_bytes; ++i) length |= uint64_t(start[length_at + i]) << (8 * i);
  if (length > kLongestHeader) bad_header(*source, "a header of " + std::to_string(length) + " bytes");
  std::string header(length, '\0');
  source->read(length_at + length_bytes, header.data(), length);

  if (!value_of(*source, header, "fortran_order").starts_with("False"))
    refuse(*source, "column-major .npy data", "fortran_order: True", "row-major data",
           "save numpy.ascontiguousarray(x)");
  const auto dtype = dtype_of(*source, header);
  auto shape = shape_of(*source, header);
  return {std::move(source), length_at + length_bytes + length, dtype, std::move(shape)};
}

}  // namespace qtool
