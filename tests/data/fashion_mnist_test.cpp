/// Real data, where it is installed (Debian's dataset-fashion-mnist).
#include "data/loader.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "catch.h"
#include "data/files.h"
#include "data/tensors.h"
#include "skip.h"

namespace qtool {
namespace {

DataSpec fashion_mnist_spec(Split split) {
  return {.kind = DataKind::kIdx,
          .path = fashion_mnist_or_skip(),
          .split = split,
          .mean = {0.286},
          .std = {0.353}};
}

double resident_megabytes() {
  int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return double(resident) * double(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// The most memory that the process held during a pass over the first `count` images.
double most_memory_over(int64_t count) {
  Loader loader(fashion_mnist_spec(Split::kTrain), {}, {.batch_size = 128, .count = count});
  double most = 0;
  int64_t seen = 0;
  while (const auto batch = loader.next()) {
    seen += batch->size();
    most = std::max(most, resident_megabytes());
  }
  CHECK(seen == count);
  return most;
}

// Worked out by NumPy from the same file: sum of ((raw.astype('f4') / 255 - f4(0.286)) / f4(0.353)).
TEST_CASE("Fashion-MNIST is what NumPy reads", "[.fashion-mnist]") {
  Loader loader(fashion_mnist_spec(Split::kTrain), {}, {.batch_size = 1024});
  CHECK(loader.size() == 60000);
  const auto batch = loader.next();
  REQUIRE(batch);
  CHECK(batch->inputs[0].sizes() == at::IntArrayRef({1024, 1, 28, 28}));
  const auto labels = values_of<int64_t>(batch->targets.at(0));
  CHECK(std::vector<int64_t>(labels.begin(), labels.begin() + 5) == std::vector<int64_t>{9, 0, 0, 3, 0});
  const auto pixels = values_of<float>(batch->inputs[0]);
  CHECK(std::accumulate(pixels.begin(), pixels.begin() + 784, 0.0) ==
        Approx(211.85223795950878).epsilon(1e-12));
  CHECK(std::accumulate(pixels.begin(), pixels.end(), 0.0) / double(pixels.size()) ==
        Approx(-0.007396954601139681).epsilon(1e-9));
}

TEST_CASE("Fashion-MNIST's last samples are reached directly", "[.fashion-mnist]") {
  const auto dataset = open_dataset(fashion_mnist_spec(Split::kTrain));
  const Batch end = read_samples(*dataset, {59999, 0, 59997, 59998});
  CHECK(values_of<int64_t>(end.targets.at(0)) == std::vector<int64_t>{5, 9, 3, 0});
  const auto test = open_dataset(fashion_mnist_spec(Split::kTest));
  CHECK(test->size() == 10000);
  CHECK(values_of<int64_t>(read_samples(*test, {0, 1, 2, 3, 4}).targets.at(0)) ==
        std::vector<int64_t>{9, 2, 1, 1, 6});
}

TEST_CASE("60,000 images take no more memory than 1,000", "[.memory]") {
  (void)most_memory_over(1000);  // what the first use of everything takes
  const double few = most_memory_over(1000), many = most_memory_over(60000);
  INFO(few << " MB, " << many << " MB");
  CHECK(many - few < 4.0);
}

}  // namespace
}  // namespace qtool
