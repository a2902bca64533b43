#include "export/torchscript/quantized_ops.h"

#include "data/files.h"
#include "export/torchscript/quantized.h"
#include "graph/ir/attributes.h"

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

TEST_CASE("steps of cells are dynamic, and read one packed cell where they read one weight") {
  const SmallNet net = {
      "s = torch.flatten(x, 1); z = torch.zeros([4, 5]); h, c = torch.lstm_cell(s, [z, z], wx, ux, bx, bx); "
      "h, c = torch.lstm_cell(s, [h, c], wx, ux, bx, bx); return torch.gru_cell(s, h, vx, tx) + c",
      {{"wx", {20, 147}}, {"ux", {20, 5}}, {"bx", {20}}, {"vx", {15, 147}}, {"tx", {15, 5}}}};
  auto run = quantize_for(choose_engine(Engine::kAuto), build(net), noise(net.input, 77));
  INFO(graph_text(run.int8));
  CHECK(compare(run, noise(net.input, 78)).max < 2.01);
  CHECK(count_nodes(run.int8, "aten::quantized_lstm") == 2);
  CHECK(count_nodes(run.int8, "aten::quantized_gru") == 1);
  const auto holds = [&](const char* path) { return find_attribute(run.int8.module(), path).has_value(); };
  CHECK(holds("lstm_cell.int8.cell_params"));
  CHECK_FALSE(holds("lstm_cell#2.int8.cell_params"));
  CHECK(holds("gru_cell.int8.cell_params"));
  CHECK_FALSE(holds("wx"));
}
