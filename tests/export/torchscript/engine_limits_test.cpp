#include "export/torchscript/engine_limits.h"

#include <ATen/ops/zeros.h>

// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

OperatorView transposed(const std::vector<int64_t>& weight, int64_t groups, int64_t padding,
                        int64_t output_padding) {
  OperatorView op;
  op.kind = "aten::conv_transpose2d";
  op.weight = at::zeros(weight);
  op.numbers["groups"] = static_cast<double>(groups);
  op.lists["padding"] = {padding, padding};
  op.lists["output_padding"] = {output_padding, output_padding};
  return op;
}

OperatorView convolution(const std::vector<int64_t>& weight, int64_t groups) {
  OperatorView op;
  op.kind = "aten::conv2d";
  op.weight = at::zeros(weight);
  op.numbers["groups"] = static_cast<double>(groups);
  return op;
}

}  // namespace

TEST_CASE(
    "convolutions of few channels are in doubt with AMX where their kernel is narrow, wide or in groups") {
  const auto is_doubtful = [](const std::vector<int64_t>& weight, int64_t groups, int64_t dilation = 1) {
    auto op = convolution(weight, groups);
    op.lists["dilation"] = {dilation, dilation};
    return is_doubtful_with_amx(op);
  };
  CHECK(is_doubtful({16, 8, 1, 16}, 1));
  CHECK(is_doubtful({80, 8, 3, 1}, 1));
  CHECK(is_doubtful({320, 1, 3, 3}, 8));
  CHECK(is_doubtful({16, 8, 8, 8}, 1));
  CHECK_FALSE(is_doubtful({16, 8, 3, 3}, 1));
  CHECK_FALSE(is_doubtful({16, 8, 7, 7}, 1));
  CHECK_FALSE(is_doubtful({16, 8, 1, 1}, 1));
  CHECK_FALSE(is_doubtful({16, 128, 1, 16}, 1));
  CHECK_FALSE(is_doubtful({16, 8, 1, 16}, 1, /*dilation=*/2));
}

TEST_CASE("oneDNN refuses output padding and transposed layers that change the number of channels") {
  CHECK(objection_of(Engine::kOnednn, transposed({8, 8, 3, 3}, 1, 0, 0)).empty());
  CHECK(objection_of(Engine::kOnednn, transposed({8, 4, 3, 3}, 2, 0, 0)).empty());
  CHECK_THAT(objection_of(Engine::kOnednn, transposed({8, 8, 3, 3}, 1, 0, 1)), contains("no output padding"));
  CHECK_THAT(objection_of(Engine::kOnednn, transposed({8, 16, 3, 3}, 1, 0, 0)), contains("differ in number"));
}

TEST_CASE("FBGEMM is wrong for transposed kernels of height 2 without padding") {
  CHECK_THAT(objection_of(Engine::kFbgemm, transposed({8, 8, 2, 2}, 1, 0, 0)), contains("height 2"));
  CHECK(objection_of(Engine::kFbgemm, transposed({8, 8, 2, 2}, 1, 1, 0)).empty());
  CHECK(objection_of(Engine::kFbgemm, transposed({8, 4, 2, 2}, 2, 0, 0)).empty());
  CHECK(objection_of(Engine::kFbgemm, transposed({8, 16, 3, 3}, 1, 0, 1)).empty());
}

TEST_CASE("X86 has the limits of both that it may hand a layer to") {
  CHECK_THAT(objection_of(Engine::kX86, transposed({8, 16, 3, 3}, 1, 0, 0)), contains("differ in number"));
  CHECK_THAT(objection_of(Engine::kX86, transposed({8, 8, 2, 2}, 1, 0, 0)), contains("height 2"));
  CHECK(objection_of(Engine::kX86, transposed({8, 16, 3, 3}, 1, 1, 1)).empty());  // goes to FBGEMM
  CHECK(objection_of(Engine::kX86, transposed({8, 8, 3, 3}, 1, 0, 0)).empty());
}

TEST_CASE("what one of the x86 engines computes wrongly is in no file for any of them") {
  for (const auto engine : {Engine::kX86, Engine::kOnednn, Engine::kFbgemm}) {
    CHECK_THAT(objection_of(engine, transposed({8, 12, 3, 3}, 1, 0, 0)), contains("differ in number"));
    CHECK_THAT(objection_of(engine, transposed({8, 8, 2, 2}, 1, 0, 0)), contains("height 2"));
    CHECK(objection_of(engine, transposed({8, 8, 3, 3}, 1, 1, 0)).empty());
  }
}

TEST_CASE("kernels count in 32 bits") {
  auto op = convolution({8, 8, 3, 3}, 1);
  op.lists["stride"] = {INT32_MAX, 1};
  CHECK(objection_of(Engine::kX86, op).empty());
  op.lists["stride"] = {int64_t(INT32_MAX) + 1, 1};
  CHECK_THAT(objection_of(Engine::kX86, op), contains("32 bits"));
}

TEST_CASE("an average that is none stays float") {
  OperatorView average;
  average.kind = "aten::avg_pool2d";
  average.lists["kernel_size"] = {2, 3};
  CHECK(objection_of(Engine::kX86, average).empty());
  average.numbers["divisor_override"] = 6;
  CHECK(objection_of(Engine::kX86, average).empty());
  for (const int divisor : {1, 5, 7}) {
    average.numbers["divisor_override"] = divisor;
    CHECK_THAT(objection_of(Engine::kX86, average), contains("divisor_override is not the number of values"));
  }
}

TEST_CASE("QNNPACK's pools have limits, and its transposed layers none") {
  CHECK(objection_of(Engine::kQnnpack, transposed({8, 16, 2, 2}, 1, 0, 1)).empty());
  OperatorView average;
  average.kind = "aten::avg_pool2d";
  average.numbers["count_include_pad"] = 1;
  average.lists["padding"] = {1, 1};
  CHECK(objection_of(Engine::kQnnpack, average).empty());
  average.numbers["count_include_pad"] = 0;
  CHECK_THAT(objection_of(Engine::kQnnpack, average), contains("counts the padding"));
  average.lists["padding"] = {0, 0};
  CHECK(objection_of(Engine::kQnnpack, average).empty());
  average.numbers["divisor_override"] = 4;
  average.lists["kernel_size"] = {2, 2};
  CHECK_THAT(objection_of(Engine::kQnnpack, average), contains("no other divisor"));
  OperatorView maximum;
  maximum.kind = "aten::max_pool2d";
  maximum.lists = {{"kernel_size", {2, 2}}, {"dilation", {1, 1}}};
  CHECK(objection_of(Engine::kQnnpack, maximum).empty());
  maximum.lists["dilation"] = {2, 1};
  CHECK_THAT(objection_of(Engine::kQnnpack, maximum), contains("dilation"));
  CHECK(objection_of(Engine::kFbgemm, maximum).empty());
  maximum.lists = {{"kernel_size", {1, 1}}, {"dilation", {1, 1}}};
  CHECK_THAT(objection_of(Engine::kQnnpack, maximum), contains("pooling of one value"));
}

TEST_CASE("depthwise layers that FBGEMM runs get 7-bit weights") {
  CHECK_THAT(weight_limit_of(Engine::kFbgemm, convolution({8, 1, 3, 3}, 8)), contains("adds in 16 bits"));
  CHECK_THAT(weight_limit_of(Engine::kX86, convolution({128, 1, 3, 3}, 128)), contains("adds in 16 bits"));
  CHECK(weight_limit_of(Engine::kX86, convolution({100, 1, 3, 3}, 100)).empty());
  CHECK(weight_limit_of(Engine::kOnednn, convolution({128, 1, 3, 3}, 128)).empty());
  CHECK(weight_limit_of(Engine::kFbgemm, convolution({8, 4, 3, 3}, 2)).empty());
  CHECK(
      weight_limit_of(Engine::kFbgemm, convolution({8, 1, 3, 3}, 1)).empty());  // one channel, not depthwise
}
