#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <charconv>

#include "base/error.h"
#include "data/kinds.h"
#include "data/rng.h"

namespace qtool {
namespace {

[[noreturn]] void refuse_shape(const DataSpec& spec) {
  throw Error(ErrorKind::kUsage,
              {.what = "bad shape of random data",
               .where = "data '" + to_string(spec) + "'",
               .got = "'" + spec.path + "'",
               .expected = "extents of one sample with an x between them, at most 2^31 numbers",
               .fix = "write for example random:1x28x28"});
}

std::vector<int64_t> parse_shape(const DataSpec& spec) {
  std::vector<int64_t> shape;
  int64_t elements = 1;
  const char* at = spec.path.data();
  const char* const end = at + spec.path.size();
  while (true) {
    int64_t extent = 0;
    const auto [stop, code] = std::from_chars(at, end, extent);
    if (code != std::errc() || extent < 1 || extent > (int64_t{1} << 31) / elements) refuse_shape(spec);
    elements *= extent;
    shape.push_back(extent);
    if (stop == end) return shape;
    if (*stop != 'x') refuse_shape(spec);
    at = stop + 1;
  }
}

class RandomDataset : public Dataset {
 public:
  explicit RandomDataset(const DataSpec& spec)
      : shape_(parse_shape(spec)), seed_(uint64_t(spec.seed)), size_(spec.samples) {}

  int64_t size() const override { return size_; }
  bool has_targets() const override { return false; }
  at::Tensor labels() override { return {}; }
  Batch read(std::span<const int64_t> indices) override {
    std::vector<int64_t> shape = shape_;
    shape.insert(shape.begin(), int64_t(indices.size()));
    Batch batch{{at::empty(shape, at::kFloat)}, {}};
    const int64_t elements = batch.inputs[0].numel() / std::max<int64_t>(1, int64_t(indices.size()));
    float* to = batch.inputs[0].data_ptr<float>();
    for (const int64_t index : indices) {
      fill(to, elements, index);
      to += elements;
    }
    return batch;
  }

 private:
  void fill(float* to, int64_t elements, int64_t index) const {
    Rng rng({seed_, uint64_t(index)});
    for (int64_t i = 0; i < elements; i += 2) {
      const auto [first, second] = rng.normal_pair();
      to[i] = float(first);
      if (i + 1 < elements) to[i + 1] = float(second);
    }
  }

  std::vector<int64_t> shape_;
  uint64_t seed_;
  int64_t size_;
};

}  // namespace

std::unique_ptr<Dataset> open_random(const DataSpec& spec) { return std::make_unique<RandomDataset>(spec); }

}  // namespace qtool
