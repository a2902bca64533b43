#include "data/kinds.h"

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"

namespace qtool {
namespace {

DataSpec idx_spec(const TemporaryFolder& folder, Split split = Split::kTrain) {
  return {.kind = DataKind::kIdx, .path = folder.path(), .split = split};
}

/// Three images of 2x3 pixels with values 0 to 17, labels 9, 8, 7.
const std::string kImages = [] {
  std::string pixels;
  for (int i = 0; i < 18; ++i) pixels += char(i);
  return idx({3, 2, 3}, pixels);
}();
const std::string kLabels = idx({3}, "\x09\x08\x07");

std::string refusal(const TemporaryFolder& folder) {
  return message_of([&] { (void)open_dataset(idx_spec(folder)); });
}

TEST_CASE("IDX images and labels are read, plain and gzip") {
  for (const bool packed : {false, true}) {
    const TemporaryFolder folder;
    put(folder / (packed ? "train-images-idx3-ubyte.gz" : "train-images-idx3-ubyte"),
        packed ? gzip(kImages) : kImages);
    put(folder / (packed ? "train-labels-idx1-ubyte.gz" : "train-labels-idx1-ubyte"),
        packed ? gzip(kLabels) : kLabels);
    const auto dataset = open_dataset(idx_spec(folder));
    CHECK(dataset->size() == 3);
    CHECK(dataset->has_targets());
    const Batch batch = read_samples(*dataset, {2, 0, 1});
    CHECK(batch.inputs[0].sizes() == at::IntArrayRef({3, 1, 2, 3}));
    CHECK(values_of<uint8_t>(batch.inputs[0]) ==
          std::vector<uint8_t>{12, 13, 14, 15, 16, 17, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    CHECK(values_of<int64_t>(batch.targets.at(0)) == std::vector<int64_t>{7, 9, 8});
    CHECK(values_of<int64_t>(dataset->labels()) == std::vector<int64_t>{9, 8, 7});
  }
}

TEST_CASE("the test split is in the t10k files; no split is train") {
  const TemporaryFolder folder;
  put(folder / "train-images-idx3-ubyte", kImages);
  put(folder / "train-labels-idx1-ubyte", kLabels);
  put(folder / "t10k-images-idx3-ubyte", idx({1, 1, 1}, "\x05"));
  put(folder / "t10k-labels-idx1-ubyte", idx({1}, "\x02"));
  CHECK(open_dataset(idx_spec(folder, Split::kTest))->size() == 1);
  DataSpec spec = idx_spec(folder);
  spec.split.reset();
  CHECK(open_dataset(spec)->size() == 3);
}

TEST_CASE("limit cuts the data set") {
  const TemporaryFolder folder;
  put(folder / "train-images-idx3-ubyte", kImages);
  put(folder / "train-labels-idx1-ubyte", kLabels);
  DataSpec spec = idx_spec(folder);
  spec.limit = 2;
  CHECK(open_dataset(spec)->size() == 2);
  spec.limit = 20;
  CHECK(open_dataset(spec)->size() == 3);
}

TEST_CASE("IDX with four dimensions has channels") {
  const TemporaryFolder folder;
  put(folder / "train-images-idx4-ubyte", idx({1, 2, 1, 2}, "\x01\x02\x03\x04"));
  put(folder / "train-labels-idx1-ubyte", idx({1}, "\x01"));
  CHECK(read_samples(*open_dataset(idx_spec(folder)), {0}).inputs[0].sizes() ==
        at::IntArrayRef({1, 2, 1, 2}));
}

TEST_CASE("bad IDX folders and files are refused") {
  const TemporaryFolder folder;
  const std::string images = folder / "train-images-idx3-ubyte", labels = folder / "train-labels-idx1-ubyte";
  CHECK_THAT(refusal(folder), contains("missing IDX file") && contains("no train-images-idx3-ubyte"));
  put(images, kImages);
  CHECK_THAT(refusal(folder), contains("no train-labels-idx1-ubyte"));

  SECTION("no folder") {
    const DataSpec spec{.kind = DataKind::kIdx, .path = folder / "none"};
    CHECK_THAT(message_of([&] { (void)open_dataset(spec); }),
               contains("not a folder of data") && contains("nothing there"));
  }
  SECTION("a file for a folder") {
    const DataSpec spec{.kind = DataKind::kIdx, .path = images};
    CHECK_THAT(message_of([&] { (void)open_dataset(spec); }), contains("got:      a file"));
  }
  SECTION("labels of other images") {
    put(labels, idx({2}, "\x09\x08"));
    CHECK_THAT(refusal(folder), contains("arrays differ in their number of samples") && contains(labels) &&
                                    contains("got:      2 samples") &&
                                    contains("expected: 3 samples, as in " + images));
  }
  SECTION("images for labels") {
    put(labels, kImages);
    CHECK_THAT(refusal(folder), contains("wrong magic number in IDX file") && contains(labels) &&
                                    contains("got:      0x00000803") && contains("expected: 0x00000801"));
  }
  SECTION("another type of number") {
    put(labels, std::string("\0\0\x0d\x01", 4) + kLabels.substr(4));
    CHECK_THAT(refusal(folder), contains("0x00000d01"));
  }
  SECTION("no IDX at all") {
    put(images, "<html>not found</html>");
    put(labels, kLabels);
    CHECK_THAT(refusal(folder), contains("wrong magic number in IDX file") && contains("0x3c68746d"));
  }
  SECTION("an empty file") {
    put(images, "");
    put(labels, kLabels);
    CHECK_THAT(refusal(folder), contains("truncated data file") && contains("0 bytes"));
  }
  SECTION("truncated, plain") {
    put(images, kImages.substr(0, kImages.size() - 1));
    put(labels, kLabels);
    CHECK_THAT(refusal(folder), contains("truncated data file") && contains(images) &&
                                    contains("got:      33 bytes") && contains("expected: 34 bytes"));
  }
  SECTION("truncated, gzip") {
    std::filesystem::remove(images);
    const std::string packed = gzip(kImages);
    put(images + ".gz", packed.substr(0, packed.size() - 10));
    put(labels, kLabels);
    CHECK_THAT(refusal(folder), contains("truncated gzip file") && contains(images + ".gz"));
  }
  SECTION("more than the header says") {
    put(images, kImages + "x");
    put(labels, kLabels);
    CHECK_THAT(refusal(folder), contains("data file is longer than its header says"));
  }
  SECTION("no samples") {
    put(images, idx({0, 2, 3}, ""));
    put(labels, idx({0}, ""));
    CHECK_THAT(refusal(folder), contains("zero samples"));
  }
  SECTION("a shape that overflows") {
    put(images, idx({0xffffffff, 0xffffffff, 0xffffffff}, ""));
    put(labels, kLabels);
    CHECK_THAT(refusal(folder), contains("impossible array shape"));
  }
}

}  // namespace
}  // namespace qtool
