#include "measure/output_similarity.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "catch.h"

using namespace qtool;

namespace {

using Channels = std::vector<int64_t>;

/// Boxes from 0 to 255 in channels 0 and 1, scores from 0 to 1 in channel 2.
at::Tensor boxes_and_scores() {
  const at::Tensor ramp = at::arange(256, at::kFloat).view({1, 1, 256});
  return at::cat({ramp, ramp.flip({2}), ramp / 256}, 1);
}

at::Tensor on_one_grid(const at::Tensor& x) { return (x / 2).round() * 2; }

OutputQuality quality(const at::Tensor& reference, const at::Tensor& x) {
  OutputMeter meter;
  meter.add(reference, x);
  return meter.quality();
}

}  // namespace

TEST_CASE("a channel that is lost is told, however good the whole looks") {
  const auto found = quality(boxes_and_scores(), on_one_grid(boxes_and_scores()));
  CHECK(found.sqnr_db > 40);
  CHECK(found.channels == 3);
  CHECK(found.worst_channel == 2);
  CHECK(found.worst_sqnr_db == Approx(0).margin(0.01));
  CHECK(found.constant == Channels{2});
  CHECK(found.lost_range == Approx(255.0 / 256));
}

TEST_CASE("channels lie along axis 1, of three axes along the shorter one") {
  const at::Tensor x = boxes_and_scores();  // [1, 3, 256]
  for (const at::Tensor& reference : {x.view({1, 3, 16, 16}), x.transpose(1, 2), x[0].t()}) {
    const auto found = quality(reference, on_one_grid(reference));
    CHECK(found.channels == 3);
    CHECK(found.constant == Channels{2});
  }
}

TEST_CASE("channels are followed over batches") {
  OutputMeter meter;
  for (int64_t i = 0; i < 16; ++i) {
    const at::Tensor row = at::ones({1, 2}) * double(i);
    meter.add(row, at::cat({row.narrow(1, 0, 1), at::zeros({1, 1})}, 1));
    CHECK(meter.quality().constant == (i < 15 ? Channels{} : Channels{1}));  // too few values to say so
  }
  CHECK(meter.quality().worst_channel == 1);
  CHECK(meter.quality().worst_sqnr_db == 0);
}

TEST_CASE("what was constant before has not become it, and what holds nothing is not the worst") {
  const at::Tensor reference =
      at::cat({at::zeros({1, 1, 64}), at::ones({1, 1, 64}), at::arange(64).view({1, 1, 64})}, 1);
  const auto found = quality(reference, reference + 0.001);
  CHECK(found.constant.empty());
  CHECK(found.worst_channel == 1);
}

TEST_CASE("an output without channels is measured as a whole") {
  for (const at::Tensor& output :
       {at::ones({}), at::ones({5}), at::ones({4, 3}, at::kLong), at::ones({1, 70'000}), at::ones({0, 3})}) {
    const auto found = quality(output, output);
    CHECK(found.constant.empty());
    CHECK_FALSE((found.worst_channel && !std::isinf(found.worst_sqnr_db)));
    CHECK(std::isinf(found.sqnr_db));
    CHECK(found.cosine == Approx(1));
  }
  OutputMeter boxes;
  boxes.add(at::ones({5, 4}), at::ones({5, 4}));
  boxes.add(at::ones({5, 7}), at::ones({5, 7}));  // another number in each batch
  CHECK(boxes.quality().channels == 0);
  CHECK_FALSE(boxes.quality().worst_channel);
}
