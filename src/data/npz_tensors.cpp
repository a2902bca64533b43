#include "data/npz_tensors.h"

#include <zip.h>

#include <bit>
#include <memory>

#include "base/error.h"
#include "base/names.h"
#include "data/npy_header.h"
#include "data/zip_file.h"

namespace qtool {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

/// Of a .npy file.
std::string descr_of(at::ScalarType dtype) {
  switch (dtype) {
    case at::kBool:
      return "|b1";
    case at::kByte:
      return "|u1";
    case at::kChar:
      return "|i1";
    case at::kShort:
      return "<i2";
    case at::kInt:
      return "<i4";
    case at::kLong:
      return "<i8";
    case at::kHalf:
      return "<f2";
    case at::kFloat:
      return "<f4";
    case at::kDouble:
      return "<f8";
    default:
      throw Error(ErrorKind::kUsage, {.what = "an .npz file cannot hold a tensor of this type",
                                      .got = at::toString(dtype),
                                      .expected = "bool, int8 to int64, uint8, float16 to float64",
                                      .fix = "run the file in a runtime that is in qtool"});
  }
}

/// Magic bytes, version 1.0, and a header that ends on a multiple of 64 bytes.
std::string npy_header(const at::Tensor& tensor) {
  std::string shape;
  for (const auto size : tensor.sizes()) shape += std::to_string(size) + ", ";
  std::string text = "{'descr': '" + descr_of(tensor.scalar_type()) +
                     "', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr size_t kBefore = 10, kAligned = 64;
  text.resize((kBefore + text.size() + 1 + kAligned - 1) / kAligned * kAligned - kBefore - 1, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

[[noreturn]] void cannot_write(const std::string& path, const std::string& reason) {
  throw Error(ErrorKind::kMachine, {.what = "cannot write an .npz file",
                                    .where = path,
                                    .got = reason,
                                    .fix = "make room on the disk, or set TMPDIR to another folder"});
}

}  // namespace

void write_npz(const std::string& path, const std::vector<std::string>& names,
               const std::vector<at::Tensor>& tensors) {
  QTOOL_ASSERT(names.size() == tensors.size());
  std::vector<std::string> members;  // libzip reads them when it closes
  for (const auto& tensor : tensors) {
    const auto plain = tensor.contiguous();
    members.push_back(npy_header(plain));
    members.back().append(static_cast<const char*>(plain.data_ptr()), plain.nbytes());
  }
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (!zip) cannot_write(path, "libzip's error " + std::to_string(code));
  std::unique_ptr<zip_t, decltype(&zip_discard)> open(zip, zip_discard);
  for (size_t i = 0; i < members.size(); ++i) {
    zip_source_t* source = zip_source_buffer(zip, members[i].data(), members[i].size(), 0);
    const auto index = source ? zip_file_add(zip, (names[i] + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0) {
      zip_source_free(source);
      cannot_write(path, zip_strerror(zip));
    }
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  }
  if (zip_close(zip) != 0) cannot_write(path, zip_strerror(zip));
  (void)open.release();
}

std::vector<at::Tensor> read_npz(const std::string& path) {
  std::vector<at::Tensor> tensors;
  for (auto& member : open_zip(path, UINT64_MAX)) tensors.push_back(open_npy_array(member.bytes).read_all());
  return tensors;
}

}  // namespace qtool
