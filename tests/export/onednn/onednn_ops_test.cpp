#include "export/onednn/onednn_ops.h"

#include <ATen/TensorOperators.h>

#include "export/onednn/onednn_limits.h"
#include "export/torchscript/int8_run.h"
#include "export/torchscript/operator_cases.h"
#include "graph/view.h"
#include "graph_text.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// False where the target leaves the operator in float, with its reason.
bool is_taken(const Int8Run& run, const OperatorCase& row) {
  for (const auto& op : view(run.prepared.model).operators) {
    const auto* planned = run.prepared.plan.find(op.name);
    const auto objection = onednn_backend().objection(op);
    INFO(op.name << ": " << planned->reason);
    if (!objection.empty()) {
      CHECK(op.kind == row.kind);
      CHECK(planned->reason == objection);
      return false;
    }
    CHECK(planned->is_static());
  }
  return true;
}

}  // namespace

TEST_CASE("pooling of large bytes is right, where LibTorch's own kernel counts in bytes") {
  const SmallNet net = {
      "h = torch.conv2d(x, w1); y = torch.max_pool2d(h, [3, 3], [2, 2], [1, 1]); "
      "return torch.conv2d(y, w2)",
      {{"w1", {8, 3, 3, 3}}, {"w2", {8, 8, 1, 1}}},
      {2, 3, 40, 40}};
  const auto input = noise(net.input, 7);
  auto run = quantize_for_onednn(build(net), input);
  CHECK(compare(run, input).max < 1.01);
}

TEST_CASE("every operator runs in int8 as simulated also on plain tensors") {
  for (const auto& row : operator_cases()) DYNAMIC_SECTION(row.kind << " " << row.detail) {
      const auto input = noise(row.net.input, 77);
      auto run = quantize_for_onednn(build(row.net), input);
      const auto text = graph_text(run.int8);
      INFO(text);
      CHECK(is_taken(run, row) == !row.kind.starts_with("aten::conv_transpose"));
      CHECK_THAT(text, contains("onednn::q"));
      CHECK_THAT(text, !contains("quantized::"));
      CHECK_THAT(text, !contains("aten::quantize"));
      const auto steps = compare(run, input);
      CHECK(steps.max < 1.01);
      CHECK(steps.differing <= 0.03);
    }
}
