#include "job/input/job_data.h"

#include <ATen/ops/arange.h>

#include <filesystem>

#include "base/error.h"
#include "catch.h"
#include "job/workplace.h"

using namespace qtool;

namespace {

/// Samples [N, 2]: {0, 1}, {2, 3}, ...
std::string pairs(const TemporaryFolder& folder, int64_t count, bool labelled) {
  put_samples(folder / "x.npz", at::arange(2 * count, at::kFloat).reshape({count, 2}), labelled);
  return "npz:" + folder / "x.npz";
}

}  // namespace

TEST_CASE("a job without data says so") {
  CHECK_FALSE(JobData("").is_given());
  CHECK(JobData("random:4").is_given());
}

TEST_CASE("each stage gets its split, unless the spec names one") {
  CHECK(JobData("random:4").spec(Split::kTest).split == Split::kTest);
  CHECK(JobData("idx:/data,split=train").spec(Split::kTest).split == Split::kTrain);
}

TEST_CASE("the data is opened once, when it is first asked for") {
  const TemporaryFolder folder;
  JobData missing("npz:" + folder / "none.npz");
  CHECK_THROWS_AS(missing.has_targets(Split::kTest), Error);

  JobData data(pairs(folder, 4, true));
  CHECK(data.has_targets(Split::kTest));
  std::filesystem::remove(folder / "x.npz");
  CHECK(data.has_targets(Split::kTest));
  CHECK_THROWS_AS(data.has_targets(Split::kTrain), Error);  // had not been opened
}

TEST_CASE("one loader after another reads from the start") {
  const TemporaryFolder folder;
  JobData data(pairs(folder, 3, false));
  CHECK_FALSE(data.has_targets(Split::kTest));
  for (int pass = 0; pass < 2; ++pass) {
    auto loader = data.loader(Split::kTest, {}, {.batch_size = 2});
    REQUIRE(loader.size() == 3);
    const auto batch = loader.next();
    REQUIRE(batch.has_value());
    CHECK(batch->inputs.at(0).equal(at::arange(4, at::kFloat).reshape({2, 2})));
  }
}

TEST_CASE("loaders of one split may read side by side") {
  const TemporaryFolder folder;
  constexpr int64_t kSamples = 200;
  JobData data(pairs(folder, kSamples, false));
  auto first = data.loader(Split::kTrain, {}, {.batch_size = 1});
  auto second = data.loader(Split::kTrain, {}, {.batch_size = 1});
  first.start();
  second.start();
  for (int64_t i = 0; i < kSamples; ++i)
    for (Loader* loader : {&first, &second}) {
      const auto batch = loader->next();
      REQUIRE(batch.has_value());
      CHECK(batch->inputs.at(0).equal(at::arange(2 * i, 2 * i + 2, at::kFloat).reshape({1, 2})));
    }
}
