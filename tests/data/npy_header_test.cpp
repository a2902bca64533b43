#include "data/npy_header.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

StoredArray open_bytes_as_npy(const TemporaryFolder& folder, const std::string& bytes) {
  put(folder / "x.npy", bytes);
  return open_npy_array(open_plain(folder / "x.npy"));
}

TEST_CASE("a .npy array has the dtype and the shape of its header") {
  const TemporaryFolder folder;
  struct Row {
    const char* descr;
    at::ScalarType dtype;
    int bytes;
  };
  const Row rows[] = {{"|b1", at::kBool, 1},  {"|u1", at::kByte, 1},  {"|i1", at::kChar, 1},
                      {"<i2", at::kShort, 2}, {"<i4", at::kInt, 4},   {"<i8", at::kLong, 8},
                      {"<f2", at::kHalf, 2},  {"<f4", at::kFloat, 4}, {"=f8", at::kDouble, 8}};
  for (const auto& row : rows) {
    INFO(row.descr);
    const auto array =
        open_bytes_as_npy(folder, npy(row.descr, "(2, 1)", std::string(size_t(2 * row.bytes), '\0')));
    CHECK(array.dtype() == row.dtype);
    CHECK(array.shape() == std::vector<int64_t>{2, 1});
  }
}

TEST_CASE(".npy format version 2 has a longer length field") {
  const TemporaryFolder folder;
  std::string bytes = npy("<i8", "(1,)", raw<int64_t>({-5}));
  bytes[6] = 2;
  bytes.insert(10, std::string(2, '\0'));
  CHECK(values_of<int64_t>(open_bytes_as_npy(folder, bytes).read_all()) == std::vector<int64_t>{-5});
  bytes[11] = '\1';  // 16 MB more
  CHECK_THAT(message_of([&] { (void)open_bytes_as_npy(folder, bytes); }), contains("a header of 167772"));
}

TEST_CASE("bad .npy headers are refused") {
  const TemporaryFolder folder;
  const std::string values = raw<float>({1, 2, 3, 4, 5, 6});
  const auto refusal = [&](const std::string& bytes) {
    return message_of([&] { (void)open_bytes_as_npy(folder, bytes); });
  };
  CHECK_THAT(refusal("something else"), contains("not .npy data") && contains(folder / "x.npy"));
  CHECK_THAT(refusal("\x93NUM"), contains("truncated data file"));
  CHECK_THAT(refusal(npy("<f4", "(3, 2)", values, "True")), contains("column-major .npy data"));
  CHECK_THAT(refusal(npy(">f4", "(3, 2)", values)),
             contains("unsupported dtype in .npy data") && contains("'>f4'"));
  CHECK_THAT(refusal(npy("<c8", "(3,)", values)), contains("unsupported dtype in .npy data"));
  CHECK_THAT(refusal(npy("<U7", "(3,)", values)), contains("unsupported dtype in .npy data"));
  CHECK_THAT(refusal(npy("<f4", "(3, x)", values)), contains("bad .npy header"));
  CHECK_THAT(refusal(npy("<f4", "3", values)), contains("bad .npy header"));
}

}  // namespace
}  // namespace qtool
