#include "catch.h"
#include "onnx_text.h"

using namespace qtool;
using qtool::onnx::expression_refusal;
using qtool::onnx::expression_text;

TEST_CASE("a shape keeps the batch free: what stays is 0, what stands behind is asked for") {
  CHECK(expression_text("x.flatten(1)") == "flatten = Flatten(x) axis=1\n");
  CHECK(expression_text("x.flatten(-2)") ==
        "flatten = Concat([0,0], [-1]) axis=0\nflatten_2 = Reshape(x, flatten)\n");
  CHECK(expression_text("x.unflatten(1, [-1, 1])") ==
        "unflatten = Shape(x) end=4 start=2\nunflatten_2 = Concat([0], [-1,1], unflatten) axis=0\n"
        "unflatten_3 = Reshape(x, unflatten_2)\n");
  CHECK(expression_text("x.reshape(x.size(0) * 3, -1)") ==
        "#1 = Shape(x) end=1 start=0\n#2 = Mul(#1, 3)\nreshape = Concat(#2, [-1]) axis=0\n"
        "reshape_2 = Reshape(x, reshape)\n");
}

TEST_CASE("axes are counted from the front") {
  CHECK(expression_text("x.transpose(-1, 1)") == "transpose = Transpose(x) perm=[0,3,2,1]\n");
  // 1 goes to 3 and 2 to 1; 0 and 3 fill the places that are left.
  CHECK(expression_text("torch.movedim(x, [1, 2], [3, 1])") == "movedim = Transpose(x) perm=[0,2,3,1]\n");
  CHECK(expression_text("x.unsqueeze(-1)") == "unsqueeze = Unsqueeze(x, [4])\n");
  CHECK(expression_text("torch.squeeze(x.unsqueeze(2), 2)") ==
        "unsqueeze = Unsqueeze(x, [2])\nsqueeze = Squeeze(unsqueeze, [2])\n");
  CHECK(expression_text("x.squeeze(2)").empty());  // which has 6
  CHECK(expression_text("torch.stack([x, x], -1)") ==
        "unsqueeze = Unsqueeze(x, [4])\nunsqueeze#2 = Unsqueeze(x, [4])\ncat = Concat(unsqueeze, "
        "unsqueeze#2) axis=4\n");
}

TEST_CASE("a part is cut out by slices and picks") {
  CHECK(expression_text("x[:, 1:-1]") ==
        "slice = Slice(x, [0], [max], [0], [1])\nslice#2 = Slice(slice, [1], [-1], [1], [1])\n");
  CHECK(expression_text("x.select(1, -2)") == "select = Gather(x, -2) axis=1\n");
  CHECK(expression_text("x.select(2, x.size(2) - 2)") ==
        "#1 = Shape(x) end=3 start=2\n#2 = Sub(#1, 2)\nselect = Gather(x, #2) axis=2\nselect_2 = "
        "Squeeze(select, "
        "[2])\n");
  CHECK(expression_text("x.flip([1, -1])") == "flip = Slice(x, [-1,-1], [min,min], [1,3], [-1,-1])\n");
  CHECK(expression_text("x[[1, 0]]") == "index_2 = Gather(x, [1,0]) axis=0\n");
  CHECK_THAT(expression_text("x[[1, 0], [2, 1]]"), contains("= GatherND(x, "));
  CHECK_THAT(expression_refusal("x[x > 0]"), contains("it picks by a mask"));
  CHECK_THAT(expression_refusal("x[:, :, [0, 1], [1, 2]]"), contains("behind a dimension that it keeps"));
}

TEST_CASE("a roll over more than the length goes round") {
  const auto right_by_two =
      "roll = Slice(x, [-2], [max], [3])\nroll_2 = Slice(x, [0], [-2], [3])\n"
      "roll_3 = Concat(roll, roll_2) axis=3\n";
  CHECK(expression_text("x.roll([2], [3])") == right_by_two);
  CHECK(expression_text("x.roll([9], [3])") == right_by_two);                                // of 7
  CHECK_THAT(expression_text("x.roll([-15], [2])"), contains("Slice(x, [3], [max], [2])"));  // of 6
  CHECK_THAT(expression_refusal("x.roll([1], [])"), contains("it rolls without dims"));
}

TEST_CASE("LibTorch's paddings begin with the last dimension, ONNX's with all begins") {
  CHECK(expression_text("torch.pad(x, [1, 2, 3, 0], 'reflect')") ==
        "pad = Pad(x, [0,0,3,1,0,0,0,2]) mode=reflect\n");
  CHECK_THAT(expression_text("torch.pad(x, [1, 2, 3, 0], 'circular')"), contains("mode=wrap"));
  CHECK(expression_text("torch.constant_pad_nd(x, [-1, 2], 0.5)") ==
        "constant_pad_nd = Pad(x, [0,0,0,-1,0,0,0,2], 0.5) mode=constant\n");
}

TEST_CASE("copies are of as many dimensions as are asked for, and -1 keeps a length") {
  CHECK_THAT(expression_text("x[:, :1].expand([-1, 3, 6, 7])"), contains("= Expand(slice#2, [1,3,6,7])"));
  CHECK_THAT(expression_text("x.select(0, 0).repeat(2, 1, 1, 1)"),
             contains("repeat = Unsqueeze(select, [0])\nrepeat_2 = Tile(repeat, [2,1,1,1])"));
  CHECK_THAT(expression_refusal("torch.diff(x, 2)"), contains("no plain difference of neighbours") ||
                                                         contains("not a plain difference of neighbours"));
}
