#include "data/kinds.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

/// One record: its label, then 1024 pixels of each colour.
std::string record(int label, int red, int green, int blue) {
  return std::string(1, char(label)) + std::string(1024, char(red)) + std::string(1024, char(green)) +
         std::string(1024, char(blue));
}

/// Five training files; file i has one record, the last has two.
void put_cifar(const TemporaryFolder& folder) {
  for (int i = 1; i <= 5; ++i)
    put(folder / ("data_batch_" + std::to_string(i) + ".bin"),
        record(i, 10 * i, 10 * i + 1, 10 * i + 2) + (i == 5 ? record(6, 60, 61, 62) : ""));
  put(folder / "test_batch.bin", record(0, 1, 2, 3));
}

DataSpec cifar_spec(const TemporaryFolder& folder, Split split) {
  return {.kind = DataKind::kCifar, .path = folder.path(), .split = split};
}

TEST_CASE("CIFAR-10 reads across its files in any order") {
  const TemporaryFolder folder;
  put_cifar(folder);
  const auto dataset = open_dataset(cifar_spec(folder, Split::kTrain));
  CHECK(dataset->size() == 6);
  const Batch batch = read_samples(*dataset, {5, 0, 1, 4});
  CHECK(batch.inputs[0].sizes() == at::IntArrayRef({4, 3, 32, 32}));
  CHECK(values_of<int64_t>(batch.targets.at(0)) == std::vector<int64_t>{6, 1, 2, 5});
  CHECK(values_of<uint8_t>(batch.inputs[0].select(3, 31).select(2, 31)) ==
        std::vector<uint8_t>{60, 61, 62, 10, 11, 12, 20, 21, 22, 50, 51, 52});
  CHECK(values_of<int64_t>(dataset->labels()) == std::vector<int64_t>{1, 2, 3, 4, 5, 6});
  DataSpec first_four = cifar_spec(folder, Split::kTrain);
  first_four.limit = 4;
  CHECK(values_of<int64_t>(open_dataset(first_four)->labels()) == std::vector<int64_t>{1, 2, 3, 4});
}

TEST_CASE("CIFAR-10's test split is its test batch") {
  const TemporaryFolder folder;
  put_cifar(folder);
  const auto dataset = open_dataset(cifar_spec(folder, Split::kTest));
  CHECK(dataset->size() == 1);
  CHECK(values_of<int64_t>(read_samples(*dataset, {0}).targets.at(0)) == std::vector<int64_t>{0});
}

TEST_CASE("bad CIFAR-10 folders are refused") {
  const TemporaryFolder folder;
  put_cifar(folder);
  const auto refusal = [&] {
    return message_of([&] { (void)open_dataset(cifar_spec(folder, Split::kTrain)); });
  };
  const std::string third = folder / "data_batch_3.bin";
  std::filesystem::remove(third);
  CHECK_THAT(refusal(), contains("missing CIFAR-10 file") && contains(third));
  put(third, record(1, 2, 3, 4).substr(1));
  CHECK_THAT(refusal(), contains("truncated CIFAR-10 file") && contains(third) &&
                            contains("got:      3072 bytes") && contains("records of 3073 bytes"));
  put(third, "");
  CHECK_THAT(refusal(), contains("zero samples") && contains(third));
}

}  // namespace
}  // namespace qtool
