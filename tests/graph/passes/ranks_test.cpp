#include <algorithm>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"

using namespace qtool;

namespace {

/// Kinds of the operators of the canonical model; a convolution to four channels comes first.
std::vector<std::string> kinds_of(const std::string& body) {
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv2d", numbers({4, 3, 3, 3}), kScriptedConv));
  net.define("def forward(self, x):\n  y = self.conv.forward(x)\n" + body);
  auto model = net.build();
  auto canonical = canonicalise(model);
  lint(canonical);
  CHECK(difference(model, canonical, {numbers({2, 3, 6, 6})}) < 1e-5);
  std::vector<std::string> kinds;
  for (const auto& op : view(canonical).operators)
    kinds.push_back((op.in_control_flow ? "if " : "") + op.kind.substr(6));
  return kinds;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("what depends on the number of dimensions is decided by the operators before") {
  for (const std::string before : {"y", "torch.relu_(y)", "torch.max_pool2d(y, [2, 2])",
                                   "y + torch.sigmoid(y)", "torch.cat([y, y], 1)", "y * 2."}) {
    INFO(before);
    const auto kinds = kinds_of("  y = " + before +
                                "\n  if y.dim() == 3:\n    y = torch.neg(y)\n"
                                "  else:\n    y = torch.tanh(y)\n  return y");
    CHECK(kinds.back() == "tanh");
    CHECK(std::find(kinds.begin(), kinds.end(), "neg") == kinds.end());
  }
}

TEST_CASE("what is not known stays open") {
  for (const std::string before : {"x", "x + torch.mean(y)", "y[0]", "torch.squeeze(y)"}) {
    INFO(before);
    CHECK(kinds_of("  y = " + before +
                   "\n  if y.dim() == 3:\n    y = torch.neg(y)\n"
                   "  else:\n    y = torch.tanh(y)\n  return y")
              .back() == "if tanh");
  }
}

TEST_CASE("F.interpolate, as torch.jit.script writes it, is one operator") {
  const std::string doubled =
      "  for i in range(2):\n"
      "    scales: List[float] = []\n    for j in range(y.dim() - 2):\n      scales.append(2.)\n"
      "    if y.dim() == 3:\n      y = torch.upsample_nearest1d(y, None, scales)\n"
      "    elif y.dim() == 4:\n      y = torch.upsample_nearest2d(y, None, scales)\n"
      "    else:\n      y = torch.upsample_nearest3d(y, None, scales)\n"
      "  return y";
  CHECK(kinds_of(doubled) == Kinds{"conv2d", "upsample_nearest2d", "upsample_nearest2d"});
}

TEST_CASE("a loop over as many rounds as there are dimensions is written out") {
  CHECK(kinds_of("  for i in range(y.dim() - 1):\n    y = torch.tanh(y)\n  return y") ==
        Kinds{"conv2d", "tanh", "tanh", "tanh"});
}
