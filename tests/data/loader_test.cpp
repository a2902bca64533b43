#include "data/loader.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "catch.h"
#include "data/files.h"
#include "data/rng.h"
#include "data/tensors.h"

namespace qtool {
namespace {

/// .npy with the numbers 0 to count-1, so that a sample tells its index.
class Counting {
 public:
  explicit Counting(int64_t count) {
    std::vector<float> values(static_cast<size_t>(count));
    std::iota(values.begin(), values.end(), 0.0f);
    put(folder_ / "x.npy", npy("<f4", "(" + std::to_string(count) + ",)", raw(values)));
  }
  [[nodiscard]] DataSpec spec() const { return {.kind = DataKind::kNpy, .path = folder_ / "x.npy"}; }

 private:
  TemporaryFolder folder_;
};

using Batches = std::vector<std::vector<float>>;

/// The rest of the pass.
Batches drain(Loader& loader) {
  Batches batches;
  while (const auto batch = loader.next()) batches.push_back(values_of<float>(batch->inputs[0]));
  return batches;
}

std::vector<float> flat(const Batches& batches) {
  std::vector<float> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

TEST_CASE("batches come in order, the last may be short") {
  const Counting data(7);
  Loader loader(data.spec(), {}, {.batch_size = 3});
  CHECK(loader.size() == 7);
  CHECK(loader.batches() == 3);
  CHECK_FALSE(loader.has_targets());
  CHECK(drain(loader) == Batches{{0, 1, 2}, {3, 4, 5}, {6}});
  CHECK_FALSE(loader.next());
  loader.start();
  CHECK(drain(loader) == Batches{{0, 1, 2}, {3, 4, 5}, {6}});
}

TEST_CASE("the spec's batch stands above the options") {
  const Counting data(7);
  auto spec = data.spec();
  spec.batch = 3;
  Loader loader(spec, {}, {.batch_size = 5});
  CHECK(loader.size() == 6);
  CHECK(drain(loader) == Batches{{0, 1, 2}, {3, 4, 5}});
  Loader one(spec, {}, {.batch_size = 1, .count = 1});
  CHECK(drain(one) == Batches{{0, 1, 2}});
}

TEST_CASE("drop_last leaves the short batch out") {
  const Counting data(7);
  Loader loader(data.spec(), {}, {.batch_size = 3, .drop_last = true});
  CHECK(loader.size() == 6);
  CHECK(loader.batches() == 2);
  CHECK(drain(loader) == Batches{{0, 1, 2}, {3, 4, 5}});
}

TEST_CASE("the parts of several processes are disjoint, and together each batch") {
  const Counting data(11);
  const LoaderOptions options{.batch_size = 4, .shuffle = true, .seed = 3};
  const auto whole = [&] {
    Loader loader(data.spec(), {}, options);
    return drain(loader);
  }();
  for (const int64_t size : {1, 2, 3, 4}) {
    INFO(size << " processes");
    Batches joined(whole.size());
    for (int64_t rank = 0; rank < size; ++rank) {
      auto of_rank = options;
      of_rank.shard = {rank, size};
      Loader loader(data.spec(), {}, of_rank);
      CHECK(loader.size() == 11);
      CHECK(loader.batches() == 3);
      const auto batches = drain(loader);
      // Three samples are left for the last batch: with four processes the first has none of them.
      CHECK(batches.size() == (size == 4 && rank == 0 ? 2 : 3));
      for (size_t i = 0; i < batches.size(); ++i)
        joined[i].insert(joined[i].end(), batches[i].begin(), batches[i].end());
    }
    CHECK(joined == whole);
  }
}

TEST_CASE("the spec's batch is that of each process") {
  const Counting data(9);
  auto spec = data.spec();
  spec.batch = 2;
  Loader loader(spec, {}, {.batch_size = 5, .shard = {1, 2}});
  CHECK(drain(loader) == Batches{{2, 3}, {6, 7}});
}

TEST_CASE("limit cuts first, then first and count choose") {
  const Counting data(10);
  DataSpec spec = data.spec();
  spec.limit = 6;
  Loader middle(spec, {}, {.batch_size = 2, .first = 1, .count = 3});
  CHECK(drain(middle) == Batches{{1, 2}, {3}});
  Loader rest(spec, {}, {.batch_size = 4, .first = 4});
  CHECK(drain(rest) == Batches{{4, 5}});
  Loader more(spec, {}, {.batch_size = 4, .first = 3, .count = 100});
  CHECK(more.size() == 3);
  CHECK(drain(more) == Batches{{3, 4, 5}});
}

TEST_CASE("shuffling follows seed and epoch, within first and count") {
  const Counting data(12);
  const LoaderOptions options{.batch_size = 5, .shuffle = true, .seed = 3, .first = 2, .count = 9};
  Loader loader(data.spec(), {}, options);
  loader.start(/*epoch=*/4);
  const auto seen = flat(drain(loader));
  std::vector<float> expected;
  for (const int64_t index : shuffled(9, 3, 4)) expected.push_back(float(2 + index));
  CHECK(seen == expected);
  loader.start(/*epoch=*/5);
  CHECK(flat(drain(loader)) != expected);
  loader.start(/*epoch=*/4);
  CHECK(flat(drain(loader)) == expected);
}

TEST_CASE("a sample of a batch has the name that the data gives it") {
  const Counting data(20);
  Loader loader(data.spec(), {}, {.batch_size = 4, .shuffle = true, .seed = 3, .first = 5});
  loader.start(/*epoch=*/2);
  for (int64_t batch = 0; batch < 2; ++batch) {
    const auto seen = values_of<float>(loader.next()->inputs[0]);
    for (int64_t place = 0; place < 4; ++place)
      CHECK(loader.name_of(2, batch, place) == "sample " + std::to_string(int64_t(seen[size_t(place)])));
  }
}

TEST_CASE("a resumed pass sees what an uninterrupted one sees, augmentation too") {
  const TemporaryFolder folder;
  std::string pixels;
  for (int i = 0; i < 20 * 9; ++i) pixels += char(i + 1);
  put(folder / "x.npy", npy("|u1", "(20, 1, 3, 3)", pixels));
  const DataSpec spec{.kind = DataKind::kNpy, .path = folder / "x.npy", .scale = 255};
  const LoaderOptions options{
      .batch_size = 4, .shuffle = true, .seed = 9, .augmentation = {.flip = true, .shift_crop = 1}};
  Loader whole(spec, {}, options), resumed(spec, {}, options);
  whole.start(2);
  const Batches all = drain(whole);
  REQUIRE(all.size() == 5);
  resumed.start(2, /*skip=*/3);
  CHECK(drain(resumed) == Batches(all.begin() + 3, all.end()));
  resumed.start(2, /*skip=*/5);
  CHECK(drain(resumed).empty());
  whole.start(3);
  CHECK(drain(whole) != all);
  Loader other(spec, {},
               {.batch_size = 4, .shuffle = true, .seed = 10, .augmentation = options.augmentation});
  other.start(2);
  CHECK(drain(other) != all);
}

TEST_CASE("padding is zero before normalisation") {
  const TemporaryFolder folder;
  put(folder / "x.npy", npy("|u1", "(64, 1, 1, 1)", std::string(64, '\xff')));
  const DataSpec spec{.kind = DataKind::kNpy, .path = folder / "x.npy", .mean = {0.5}, .std = {0.25}};
  Loader loader(spec, {}, {.batch_size = 64, .augmentation = {.shift_crop = 1}});
  const auto values = flat(drain(loader));
  CHECK(std::count(values.begin(), values.end(), -2.0f) + std::count(values.begin(), values.end(), 2.0f) ==
        64);
  CHECK(std::count(values.begin(), values.end(), -2.0f) > 30);  // 8 of 9 places show padding
}

TEST_CASE("labels go with their samples, names with their inputs") {
  const TemporaryFolder folder;
  put_zip(folder / "x.npz",
          {{"x.npy", npy("<f4", "(4,)", raw<float>({0, 1, 2, 3}))},
           {"labels.npy", npy("|u1", "(4,)", std::string("\x05\x06\x07\x08"))}},
          Packing::kDeflated);
  Loader loader({.kind = DataKind::kNpz, .path = folder / "x.npz"}, {},
                {.batch_size = 4, .shuffle = true, .seed = 1});
  CHECK(loader.has_targets());
  CHECK(loader.input_names() == std::vector<std::string>{"x"});
  const auto batch = loader.next();
  REQUIRE(batch);
  CHECK(batch->size() == 4);
  CHECK(batch->targets.at(0).scalar_type() == at::kLong);
  for (int64_t i = 0; i < 4; ++i)
    CHECK(float(values_of<int64_t>(batch->targets.at(0))[size_t(i)]) ==
          5 + values_of<float>(batch->inputs[0])[size_t(i)]);
}

TEST_CASE("an error of the reading thread is thrown by next, after the batches before it") {
  const TemporaryFolder folder;
  for (const char* name : {"1", "2", "3"})
    put(folder / ("a/" + std::string(name) + ".png"), png(1, 1, 1, name));
  put(folder / "a/3.png", "damaged");
  Loader loader({.kind = DataKind::kImages, .path = folder.path()}, {}, {.batch_size = 2});
  CHECK(loader.next());
  for (int i = 0; i < 2; ++i)
    CHECK_THAT(message_of([&] { (void)loader.next(); }),
               contains("cannot decode the image") && contains("3.png"));
  loader.start();
  CHECK(loader.next());
}

TEST_CASE("no more than two finished batches wait") {
  const TemporaryFolder folder;
  for (char name = '0'; name < '9'; ++name)
    put(folder / ("a/" + std::string(1, name) + ".png"), png(1, 1, 1, std::string(1, name)));
  Loader loader({.kind = DataKind::kImages, .path = folder.path()}, {}, {.batch_size = 1});
  CHECK(loader.next());
  // Batches 1 and 2 may be ready, 3 must not be. The pause gives a loader that read on the time to show it.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::filesystem::remove(folder / "a/3.png");
  CHECK(loader.next());
  CHECK(loader.next());
  CHECK_THAT(message_of([&] { (void)loader.next(); }), contains("3.png"));
}

TEST_CASE("images of different size become one size by resize and crop") {
  const TemporaryFolder folder;
  put(folder / "a/1.png", png(2, 4, 1, std::string(8, '\x33')));
  put(folder / "b/1.png", png(4, 2, 1, std::string(8, '\x66')));
  DataSpec spec{.kind = DataKind::kImages, .path = folder.path(), .mean = {0}, .resize = 3, .crop = 3};
  Loader loader(spec, {}, {.batch_size = 2});
  const auto batch = loader.next();
  REQUIRE(batch);
  CHECK(batch->inputs[0].sizes() == at::IntArrayRef({2, 1, 3, 3}));
  CHECK(values_of<float>(batch->inputs[0])[0] == Approx(0.2));
  CHECK(values_of<float>(batch->inputs[0])[17] == Approx(0.4));
  CHECK(values_of<int64_t>(batch->targets.at(0)) == std::vector<int64_t>{0, 1});

  spec.crop = 0;
  Loader uncropped(spec, {}, {.batch_size = 2});
  CHECK_THAT(message_of([&] { (void)uncropped.next(); }),
             contains("images differ in size") && contains("[1, 6, 3]") && contains("[1, 3, 6], as in"));
  spec.resize = 0;
  spec.crop = 3;
  Loader too_small(spec, {}, {.batch_size = 2});
  CHECK_THAT(message_of([&] { (void)too_small.next(); }),
             contains("image is smaller than the crop") && contains(folder / "a/1.png"));
}

TEST_CASE("a loader may go at any time") {
  const Counting data(100);
  { const Loader unused(data.spec(), {}, {}); }
  for (int taken = 0; taken < 6; ++taken) {
    Loader loader(data.spec(), {}, {.batch_size = 3});
    loader.start();
    for (int i = 0; i < taken; ++i) CHECK(loader.next());
  }
  Loader restarted(data.spec(), {}, {.batch_size = 3});
  for (int i = 0; i < 20; ++i) restarted.start(i);
  CHECK(flat(drain(restarted)).size() == 100);
}

TEST_CASE("options that leave nothing are refused") {
  const Counting data(5);
  const auto refusal = [&](const LoaderOptions& options) {
    return message_of([&] { const Loader loader(data.spec(), {}, options); });
  };
  CHECK_THAT(refusal({.first = 5}),
             contains("zero samples") && contains("x.npy") && contains("its 5 samples"));
  CHECK_THAT(refusal({.first = -1}), contains("zero samples"));
  CHECK_THAT(refusal({.count = 0}), contains("zero samples"));
  CHECK_THAT(refusal({.batch_size = 0}), contains("bad batch size"));
  CHECK_THAT(refusal({.augmentation = {.shift_crop = -1}}), contains("bad shift_crop"));
  CHECK_THAT(refusal({.batch_size = 6, .drop_last = true}),
             contains("not one full batch") && contains("got:      5 samples"));
}

}  // namespace
}  // namespace qtool
