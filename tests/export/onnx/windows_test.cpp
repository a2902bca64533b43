#include "catch.h"
#include "onnx_text.h"

using namespace qtool;
using qtool::onnx::expression_refusal;
using qtool::onnx::expression_text;

TEST_CASE("a pool has a stride, which is its window where none is given, and pads at both ends") {
  CHECK(expression_text("torch.max_pool2d(x, [3, 2], [], [1, 0], [1, 2])") ==
        "max_pool2d = MaxPool(x) ceil_mode=0 dilations=[1,2] kernel_shape=[3,2] pads=[1,0,1,0] "
        "strides=[3,2]\n");
  CHECK(expression_text("torch.avg_pool2d(x, 2, 1, 0, True, False, 4)") ==
        "avg_pool2d = AveragePool(x) ceil_mode=1 count_include_pad=0 kernel_shape=[2,2] pads=[0,0,0,0] "
        "strides=[1,1]\n");
  CHECK_THAT(expression_refusal("torch.avg_pool2d(x, 2, 2, 0, False, True, 3)"),
             contains("its divisor_override is not the number of values in its window"));
}

TEST_CASE("an adaptive pool is a global one, or has windows of one size") {
  CHECK(expression_text("torch.adaptive_avg_pool2d(x, [1, 1])") ==
        "adaptive_avg_pool2d = GlobalAveragePool(x)\n");
  CHECK(expression_text("torch.adaptive_max_pool2d(x, [2, 1])[0]") ==
        "adaptive_max_pool2d.0 = MaxPool(x) kernel_shape=[3,7] strides=[3,7]\n");
  CHECK_THAT(expression_refusal("torch.adaptive_avg_pool2d(x, [2, 3])"),
             contains("makes 3 values of 7, in windows of different sizes"));
}

TEST_CASE("a sample without a batch, which ONNX's windows do not take, is refused") {
  for (const char* expression : {"torch.max_pool2d(x[0], 2)", "torch.adaptive_avg_pool2d(x[0], [1, 1])"})
    CHECK_THAT(expression_refusal(expression), contains("it takes one sample without a batch"));
}

TEST_CASE("pictures are resized to a size or by factors, where LibTorch takes its values from") {
  CHECK(
      expression_text("torch.upsample_nearest2d(x, [9, 4])") ==
      "upsample_nearest2d = Shape(x) end=2 start=0\nupsample_nearest2d_2 = Concat(upsample_nearest2d, [9,4]) "
      "axis=0\n"
      "upsample_nearest2d_3 = Resize(x, , , upsample_nearest2d_2) coordinate_transformation_mode=asymmetric "
      "mode=nearest nearest_mode=floor\n");
  CHECK(expression_text("torch.upsample_bilinear2d(x, None, False, [1.5, 2.])") ==
        "upsample_bilinear2d = Resize(x, , upsample_bilinear2d.scales) "
        "coordinate_transformation_mode=half_pixel "
        "mode=linear\n");
  CHECK_THAT(expression_text("torch.upsample_bicubic2d(x, [9, 4], True)"),
             contains("coordinate_transformation_mode=align_corners cubic_coeff_a=-0.75 mode=cubic"));
}
