#include "export/lowering/int8_lowering.h"

#include "export/torchscript/quantized.h"
#include "graph_text.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

TEST_CASE("int8 layers in a row pass int8 on") {
  const auto run = quantized("return torch.conv2d(torch.relu(torch.conv2d(x, w1, b1)), w2)");
  CHECK(quantize_steps(run) == 1);
  CHECK(dequantize_steps(run) == 1);
  check_in_order(run.int8, {"aten::quantize_per_tensor(%x", "quantized::conv2d_relu(", "quantized::conv2d(",
                            "aten::dequantize("});
  CHECK(count_nodes(run.int8, "aten::relu") == 0);
}

TEST_CASE("a float island costs one step out and one back") {
  for (const std::string island : {"torch.gelu(h)", "torch.softmax(h, 1)", "torch.tanh(torch.exp(h))"}) {
    const auto run = quantized("h = torch.conv2d(x, w1, b1); return torch.conv2d(" + island + ", w2)");
    INFO(island);
    CHECK(quantize_steps(run) == 2);
    CHECK(dequantize_steps(run) == 2);
  }
}

TEST_CASE("a value that two float operators read is dequantized once") {
  const auto run =
      quantized("h = torch.conv2d(x, w1, b1); return torch.conv2d(torch.gelu(h) + torch.exp(h), w2)");
  CHECK(dequantize_steps(run) == 2);
}

TEST_CASE("a value that two int8 operators read is quantized once, and stays float for the others") {
  const auto run = quantized(
      "h = torch.conv2d(x, w1) + torch.conv2d(x, w1, b1); return torch.conv2d(h, w2) + torch.mean(x)");
  CHECK(quantize_steps(run) == 1);
  CHECK_THAT(graph_text(run.int8), contains("aten::mean(%x"));
}

TEST_CASE("what the recipe skips is an island") {
  Recipe recipe;
  recipe.skip = {"conv2d#2"};
  const auto run = quantized("return torch.conv2d(torch.conv2d(torch.conv2d(x, w1, b1), w2), w3)", recipe);
  CHECK(quantize_steps(run) == 2);
  CHECK(dequantize_steps(run) == 2);
  CHECK(count_nodes(run.int8, "aten::conv2d") == 1);
  CHECK(count_nodes(run.int8, "quantized::conv2d") == 2);
}

TEST_CASE("who reads only the shape costs nothing") {
  const auto run =
      quantized("h = torch.conv2d(x, w1, b1); return torch.reshape(h, [h.size(0), h.size(1), 5, 5])");
  CHECK(dequantize_steps(run) == 1);
  CHECK(count_nodes(run.int8, "aten::size") == 2);
}

TEST_CASE("a dtype that the program reads is float's") {
  const auto run = quantized(
      "c = torch.conv2d(x, w1, b1); h = c + torch.zeros([1, 8, 1, 1], dtype=c.dtype); "
      "y = torch.tanh(h) if c.dtype == 6 else torch.exp(h); return torch.conv2d(y.to(c.dtype), w2)");
  CHECK(count_nodes(run.int8, "prim::dtype") == 0);
  CHECK(count_nodes(run.int8, "quantized::conv2d") == 2);
}

TEST_CASE("a list that an int8 operator and a float one read serves both") {
  const auto run = quantized(
      "h = torch.conv2d(x, w1, b1); f = [h, torch.conv2d(h, w2)]; "
      "return (torch.cat(f, 1), torch.hstack(f))");
  CHECK(count_nodes(run.int8, "quantized::cat") == 1);
  CHECK(count_nodes(run.int8, "aten::hstack") == 1);
  CHECK(dequantize_steps(run) == 3);
}

TEST_CASE("every output comes out in float") {
  const auto run = quantized("h = torch.conv2d(x, w1, b1); return (h, torch.conv2d(h, w2), x)");
  CHECK(quantize_steps(run) == 1);
  CHECK(dequantize_steps(run) == 2);
}

TEST_CASE("an if around float operators reads float values") {
  const auto run = quantized(
      "h = torch.conv2d(x, w1, b1); y = torch.tanh(h) if bool(torch.sum(x) > 0) else torch.exp(h); "
      "return torch.conv2d(y, w2)");
  CHECK(quantize_steps(run) == 2);
  CHECK(dequantize_steps(run) == 2);
}

TEST_CASE("a value that is changed in place stays float, and what reads it sees the change") {
  const auto run = quantized(
      "h = torch.conv2d(x, w1, b1); v = torch.view(h, [-1]); v.mul_(-2.0); y = torch.conv2d(h, w2); "
      "return torch.conv2d(torch.relu(y), w3)");
  CHECK(count_nodes(run.int8, "aten::conv2d") == 2);
  CHECK(count_nodes(run.int8, "quantized::conv2d") == 1);
  CHECK_THAT(run.prepared.plan.find("conv2d")->reason, contains("changed in place by aten::mul_"));
}

TEST_CASE("a relu in place on a view is a relu where nobody reads the rest") {
  const auto run = quantized(
      "h = torch.conv2d(x, w1, b1); h = torch.relu_(torch.view(h, [-1, 8, 5, 5])); return torch.conv2d(h, "
      "w2)");
  CHECK(quantize_steps(run) == 1);
  CHECK(dequantize_steps(run) == 1);
  CHECK(count_nodes(run.int8, "aten::relu") == 1);
}
