#include "data/kinds.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

std::unique_ptr<Dataset> open_bytes_as_npy(const TemporaryFolder& folder, const std::string& bytes) {
  put(folder / "x.npy", bytes);
  return open_dataset({.kind = DataKind::kNpy, .path = folder / "x.npy"});
}

TEST_CASE(".npy samples are read in any order") {
  const TemporaryFolder folder;
  const auto dataset = open_bytes_as_npy(folder, npy("<f4", "(3, 2)", raw<float>({1, 2, 3, 4, 5, 6})));
  CHECK(dataset->size() == 3);
  CHECK_FALSE(dataset->has_targets());
  CHECK(dataset->input_names().empty());
  const at::Tensor x = read_samples(*dataset, {2, 0}).inputs[0];
  CHECK(x.sizes() == at::IntArrayRef({2, 2}));
  CHECK(values_of<float>(x) == std::vector<float>{5, 6, 1, 2});
}

TEST_CASE(".npy keeps the dtype it has") {
  const TemporaryFolder folder;
  struct Row {
    const char* descr;
    at::ScalarType dtype;
    int bytes;
  };
  const Row rows[] = {{"|b1", at::kBool, 1},  {"|u1", at::kByte, 1},  {"|i1", at::kChar, 1},
                      {"<i2", at::kShort, 2}, {"<i4", at::kInt, 4},   {"<i8", at::kLong, 8},
                      {"<f2", at::kHalf, 2},  {"<f4", at::kFloat, 4}, {"<f8", at::kDouble, 8}};
  for (const auto& row : rows) {
    INFO(row.descr);
    const auto dataset =
        open_bytes_as_npy(folder, npy(row.descr, "(2,)", std::string(size_t(2 * row.bytes), '\0')));
    CHECK(read_samples(*dataset, {1}).inputs[0].scalar_type() == row.dtype);
  }
}

TEST_CASE(".npy format version 2 has a longer length field") {
  const TemporaryFolder folder;
  std::string bytes = npy("<i8", "(1,)", raw<int64_t>({-5}));
  bytes[6] = 2;
  bytes.insert(10, std::string(2, '\0'));
  CHECK(values_of<int64_t>(read_samples(*open_bytes_as_npy(folder, bytes), {0}).inputs[0]) ==
        std::vector<int64_t>{-5});
}

TEST_CASE("bad .npy files are refused") {
  const TemporaryFolder folder;
  const std::string values = raw<float>({1, 2, 3, 4, 5, 6});
  const auto refusal = [&](const std::string& bytes) {
    return message_of([&] { (void)open_bytes_as_npy(folder, bytes); });
  };
  CHECK_THAT(refusal("something else"), contains("not .npy data") && contains(folder / "x.npy"));
  CHECK_THAT(refusal("\x93NUM"), contains("truncated data file"));
  CHECK_THAT(refusal(npy("<f4", "(3, 2)", values.substr(1))),
             contains("truncated data file") && contains("bytes, from the shape in its header"));
  CHECK_THAT(refusal(npy("<f4", "(3, 2)", values + "x")),
             contains("data file is longer than its header says"));
  CHECK_THAT(refusal(npy("<f4", "(3, 2)", values, "True")), contains("column-major .npy data"));
  CHECK_THAT(refusal(npy(">f4", "(3, 2)", values)),
             contains("unsupported dtype in .npy data") && contains("'>f4'"));
  CHECK_THAT(refusal(npy("<c8", "(3,)", values)), contains("unsupported dtype in .npy data"));
  CHECK_THAT(refusal(npy("<U7", "(3,)", values)), contains("unsupported dtype in .npy data"));
  CHECK_THAT(refusal(npy("<f4", "()", values.substr(0, 4))),
             contains("impossible array shape") && contains("[]"));
  CHECK_THAT(refusal(npy("<f4", "(0, 2)", "")), contains("zero samples"));
  CHECK_THAT(refusal(npy("<f4", "(3, 0)", "")), contains("impossible array shape"));
  CHECK_THAT(refusal(npy("<f4", "(-1, 2)", values)), contains("impossible array shape"));
  CHECK_THAT(refusal(npy("<f4", "(4611686018427387904, 4)", values)), contains("impossible array shape"));
  CHECK_THAT(refusal(npy("<f4", "(3, x)", values)), contains("bad .npy header"));
  CHECK_THAT(refusal(npy("<f4", "3", values)), contains("bad .npy header"));
  CHECK_THAT(message_of([&] { (void)open_dataset({.kind = DataKind::kNpy, .path = folder / "none.npy"}); }),
             contains("cannot read the data file"));
}

}  // namespace
}  // namespace qtool
