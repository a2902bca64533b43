#include "data/stored_array.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

/// Behind two bytes of something else.
StoredArray array_of(const TemporaryFolder& folder, const std::string& bytes, at::ScalarType dtype,
                     const std::vector<int64_t>& shape, const std::string& name = "x") {
  put(folder / name, "##" + bytes);
  return {open_plain(folder / name), 2, dtype, shape};
}

TEST_CASE("samples are read by their indices, in any order") {
  const TemporaryFolder folder;
  const auto array = array_of(folder, raw<int16_t>({1, 2, 3, 4, 5, 6, 7, 8}), at::kShort, {4, 2});
  const std::vector<int64_t> indices = {3, 0, 1, 2, 3};
  const at::Tensor read = array.read(indices);
  CHECK(read.sizes() == at::IntArrayRef({5, 2}));
  CHECK(values_of<int16_t>(read) == std::vector<int16_t>{7, 8, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(values_of<int16_t>(array.read_all()) == std::vector<int16_t>{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(values_of<uint8_t>(array.read_byte_of_each(2)) == std::vector<uint8_t>{2, 4, 6, 8});
}

TEST_CASE("a shape that no file of samples has is refused") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::vector<int64_t>& shape, size_t bytes = 24) {
    return message_of([&] { (void)array_of(folder, std::string(bytes, 'x'), at::kFloat, shape); });
  };
  CHECK_THAT(refusal({}), contains("impossible array shape") && contains("[]"));
  CHECK_THAT(refusal({0, 2}, 0), contains("zero samples"));
  for (const auto& shape : std::vector<std::vector<int64_t>>{{3, 0}, {-1, 2}, {int64_t{1} << 62, 4}})
    CHECK_THAT(refusal(shape), contains("impossible array shape"));
  CHECK_THAT(refusal({3, 2}, 23),
             contains("truncated data file") && contains("bytes, from the shape in its header"));
  CHECK_THAT(refusal({3, 2}, 25), contains("data file is longer than its header says"));
}

TEST_CASE("arrays make a data set where they have as many samples each") {
  const TemporaryFolder folder;
  const auto x = array_of(folder, raw<float>({1, 2, 3}), at::kFloat, {3}, "x");
  const auto labels = array_of(folder, raw<int32_t>({7, 8, 9}), at::kInt, {3}, "labels");
  const auto dataset = dataset_of_arrays({x}, {labels}, {"input"});
  CHECK(dataset->size() == 3);
  CHECK(dataset->input_names() == std::vector<std::string>{"input"});
  CHECK(values_of<int64_t>(dataset->labels()) == std::vector<int64_t>{7, 8, 9});
  CHECK(values_of<int64_t>(read_samples(*dataset, {2}).targets.at(0)) == std::vector<int64_t>{9});
  CHECK_FALSE(dataset_of_arrays({x}, {x})->labels().defined());
  const auto two = array_of(folder, raw<float>({1, 2}), at::kFloat, {2}, "two");
  CHECK_THAT(message_of([&] { (void)dataset_of_arrays({x}, {two}); }),
             contains("arrays differ in their number of samples") && contains(folder / "two") &&
                 contains("2 samples") && contains("3 samples, as in " + (folder / "x")));
}

}  // namespace
}  // namespace qtool
