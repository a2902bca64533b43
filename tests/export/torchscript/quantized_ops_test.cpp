#include "export/torchscript/quantized_ops.h"

#include "data/files.h"
#include "export/torchscript/quantized.h"

using namespace qtool;

TEST_CASE("a residual sum and its relu are one kernel") {
  const auto run = quantized("h = torch.conv2d(x, w1, b1); return torch.relu(torch.conv2d(h, w2) + h)");
  CHECK(count_nodes(run.int8, "quantized::add_relu") == 1);
  CHECK(count_nodes(run.int8, "aten::relu") == 0);
  CHECK(dequantize_steps(run) == 1);
}

TEST_CASE("a relu is not fused where somebody else reads what lies between") {
  const auto run = quantized("h = torch.conv2d(x, w1, b1); return torch.relu(h) + h");
  CHECK(count_nodes(run.int8, "quantized::conv2d") == 1);
  CHECK(count_nodes(run.int8, "aten::relu") == 1);
}

TEST_CASE("the file holds packed weights alone, and none of the float ones that they came from") {
  const auto run = quantized("return torch.conv2d(torch.relu(torch.conv2d(x, w1, b1)), w2)");
  CHECK(run.int8.parameters().empty());
  CHECK(run.int8.buffers().empty());
}

TEST_CASE("lowering twice gives the same bytes and leaves the float model alone") {
  const auto input = noise({4, 3, 7, 7}, 77);
  const auto run =
      quantize_for(choose_engine(Engine::kAuto),
                   build({"return torch.conv2d(torch.relu(torch.conv2d(x, w1, b1)), w2)", kWeights}), input);
  const TemporaryFolder folder;
  const auto before = graph_text(run.prepared.model);
  for (const char* name : {"a.pt", "b.pt"}) lower_to_quantized_ops(run.prepared).save(folder / name);
  CHECK(get(folder / "a.pt") == get(folder / "b.pt"));
  CHECK(graph_text(run.prepared.model) == before);
}
