#include "data/kinds.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

const std::string kTokens = npy("<i8", "(3, 2)", raw<int64_t>({1, 2, 3, 4, 5, 6}));
const std::string kMask = npy("<f4", "(3,)", raw<float>({0.5f, 1.5f, 2.5f}));
const std::string kLabelArray = npy("<i4", "(3,)", raw<int32_t>({7, 8, 9}));
using Members = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Dataset> open_members(const TemporaryFolder& folder, const Members& members,
                                      Packing packing) {
  put_zip(folder / "x.npz", members, packing);
  return open_dataset({.kind = DataKind::kNpz, .path = folder / "x.npz"});
}

TEST_CASE(".npz members are inputs in the file's order, labels apart") {
  for (const Packing packing : {Packing::kStored, Packing::kDeflated}) {
    const TemporaryFolder folder;
    const auto dataset = open_members(
        folder, {{"tokens.npy", kTokens}, {"labels.npy", kLabelArray}, {"mask.npy", kMask}}, packing);
    CHECK(dataset->size() == 3);
    CHECK(dataset->has_targets());
    CHECK(dataset->input_names() == std::vector<std::string>{"tokens", "mask"});
    const Batch batch = read_samples(*dataset, {2, 0});
    REQUIRE(batch.inputs.size() == 2);
    CHECK(values_of<int64_t>(batch.inputs[0]) == std::vector<int64_t>{5, 6, 1, 2});
    CHECK(values_of<float>(batch.inputs[1]) == std::vector<float>{2.5f, 0.5f});
    CHECK(values_of<int64_t>(batch.targets.at(0)) == std::vector<int64_t>{9, 7});
    CHECK(values_of<int64_t>(dataset->labels()) == std::vector<int64_t>{7, 8, 9});
    CHECK(values_of<float>(read_samples(*dataset, {1}).inputs[1]) == std::vector<float>{1.5f});
  }
}

TEST_CASE(".npz without labels has none") {
  const TemporaryFolder folder;
  const auto dataset = open_members(folder, {{"x.npy", kMask}}, Packing::kStored);
  CHECK_FALSE(dataset->has_targets());
  CHECK(read_samples(*dataset, {0}).targets.empty());
  CHECK_FALSE(dataset->labels().defined());
}

TEST_CASE("targets of .npz files are what is called so, whole numbers wide and floats single") {
  const TemporaryFolder folder;
  const auto dataset =
      open_members(folder,
                   {{"target_boxes.npy", npy("<f8", "(3,)", raw<double>({0.5, 1.5, 2.5}))},
                    {"tokens.npy", kTokens},
                    {"targets.npy", npy("|u1", "(3, 2)", raw<uint8_t>({1, 2, 3, 4, 5, 255}))}},
                   Packing::kStored);
  CHECK(dataset->has_targets());
  CHECK(dataset->input_names() == std::vector<std::string>{"tokens"});
  CHECK_FALSE(dataset->labels().defined());
  const Batch batch = read_samples(*dataset, {2});
  REQUIRE(batch.targets.size() == 2);
  CHECK(values_of<float>(batch.targets[0]) == std::vector<float>{2.5f});
  CHECK(values_of<int64_t>(batch.targets[1]) == std::vector<int64_t>{5, 255});
}

TEST_CASE("targets that are whole numbers [N] are labels by any name") {
  const TemporaryFolder folder;
  const auto dataset =
      open_members(folder, {{"x.npy", kMask}, {"targets.npy", kLabelArray}}, Packing::kStored);
  CHECK(values_of<int64_t>(dataset->labels()) == std::vector<int64_t>{7, 8, 9});
}

TEST_CASE("bad .npz files are refused") {
  const TemporaryFolder folder;
  const auto refusal = [&](const Members& members) {
    return message_of([&] { (void)open_members(folder, members, Packing::kDeflated); });
  };
  CHECK_THAT(refusal({{"labels.npy", kLabelArray}}), contains("no input arrays in the .npz file"));
  CHECK_THAT(refusal({{"x.txt", "hello"}}), contains("not an array in the .npz file") && contains("'x.txt'"));
  CHECK_THAT(refusal({{"x.npy", kTokens}, {"y.npy", npy("<f4", "(2,)", raw<float>({1, 2}))}}),
             contains("arrays differ in their number of samples") && contains("x.npz:y.npy") &&
                 contains("3 samples, as in " + (folder / "x.npz:x.npy")));
  CHECK_THAT(refusal({{"x.npy", kTokens}, {"target_b.npy", npy("<f4", "(2,)", raw<float>({1, 2}))}}),
             contains("arrays differ in their number of samples") && contains("x.npz:target_b.npy"));
  CHECK_THAT(refusal({{"x.npy", kTokens}, {"labels.npy", npy("<i8", "(2,)", raw<int64_t>({1, 2}))}}),
             contains("arrays differ in their number of samples") && contains("x.npz:labels.npy"));
  CHECK_THAT(
      refusal({{"x.npy", kTokens}, {"labels.npy", kMask}}),
      contains("labels must be one whole number for each sample") && contains("Float with 1 dimensions"));
  CHECK_THAT(refusal({{"x.npy", kTokens}, {"labels.npy", kTokens}}), contains("Long with 2 dimensions"));
  CHECK_THAT(refusal({{"x.npy", kTokens.substr(0, kTokens.size() - 3)}}), contains("truncated data file"));

  const auto refusal_of_bytes = [&](const std::string& bytes) {
    put(folder / "x.npz", bytes);
    return message_of([&] {
      (void)read_samples(*open_dataset({.kind = DataKind::kNpz, .path = folder / "x.npz"}), {0, 1, 2});
    });
  };
  put_zip(folder / "x.npz", {{"x.npy", kTokens}}, Packing::kStored);
  const std::string whole = get(folder / "x.npz");
  CHECK_THAT(refusal_of_bytes(whole.substr(0, whole.size() / 2)),
             contains("cannot read the zip file") && contains(folder / "x.npz"));
  CHECK_THAT(refusal_of_bytes("hello"), contains("cannot read the zip file"));
  CHECK_THAT(message_of([&] {
               (void)open_members(folder, {{"x.npy", ""}}, Packing::kStored);
             }),
             contains("truncated data file") && contains("x.npz:x.npy"));
  CHECK_THAT(message_of([&] { (void)open_dataset({.kind = DataKind::kNpz, .path = folder / "none.npz"}); }),
             contains("cannot read the zip file") && contains("No such file"));
}

}  // namespace
}  // namespace qtool
