#include "data/kinds.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

std::unique_ptr<Dataset> open_npy_data(const TemporaryFolder& folder, const std::string& bytes) {
  put(folder / "x.npy", bytes);
  return open_dataset({.kind = DataKind::kNpy, .path = folder / "x.npy"});
}

TEST_CASE(".npy samples are read in any order") {
  const TemporaryFolder folder;
  const auto dataset = open_npy_data(folder, npy("<f4", "(3, 2)", raw<float>({1, 2, 3, 4, 5, 6})));
  CHECK(dataset->size() == 3);
  CHECK_FALSE(dataset->has_targets());
  CHECK(dataset->input_names().empty());
  const at::Tensor x = read_samples(*dataset, {2, 0}).inputs[0];
  CHECK(x.sizes() == at::IntArrayRef({2, 2}));
  CHECK(values_of<float>(x) == std::vector<float>{5, 6, 1, 2});
}

TEST_CASE("a .npy file that is not there is named") {
  CHECK_THAT(message_of([] { (void)open_dataset({.kind = DataKind::kNpy, .path = "none.npy"}); }),
             contains("cannot read the data file") && contains("none.npy"));
}

}  // namespace
}  // namespace qtool
