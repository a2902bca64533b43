#include "train/memory_format.h"

#include <ATen/ops/arange.h>

#include "catch.h"
#include "small_problem.h"

using namespace qtool;

TEST_CASE("weights are channels-last for a while, with the same values") {
  const zoo::ConvShape shape{.in = 3, .out = 2, .kernel = 3};
  zoo::Init init(0);
  const Model model = zoo::conv2d(shape, init).build();
  const at::Tensor before = model.parameters()[0].tensor.detach().clone();
  {
    const ChannelsLast channels_last(model);
    const at::Tensor weight = model.parameters()[0].tensor;
    CHECK(weight.is_contiguous(at::MemoryFormat::ChannelsLast));
    CHECK(weight.equal(before));
    CHECK(weight.requires_grad());
  }
  CHECK(model.parameters()[0].tensor.is_contiguous());
  CHECK(model.parameters()[0].tensor.equal(before));
}

TEST_CASE("only images change their order") {
  const at::Tensor images = at::arange(24).view({1, 2, 3, 4}), rows = at::arange(6).view({2, 3});
  const auto result = channels_last({images, rows});
  CHECK(result[0].stride(1) == 1);
  CHECK(result[0].equal(images));
  CHECK(result[1].is_same(rows));
}

TEST_CASE("one channel gets the strides of channels-last too, which is what convolutions go by") {
  zoo::Init init(0);
  const Model model = zoo::conv2d({.in = 1, .out = 2, .kernel = 3}, init).build();
  {
    const ChannelsLast channels_last(model);
    CHECK(model.parameters()[0].tensor.strides() == at::IntArrayRef({9, 1, 3, 1}));
  }
  CHECK(model.parameters()[0].tensor.strides() == at::IntArrayRef({9, 9, 3, 1}));
}
