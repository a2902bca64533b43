#include "graph/passes/freeze.h"

#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

TEST_CASE("what is frozen for speed has its tensors as constants, and computes the same") {
  ModuleBuilder net("Net");
  net.child("conv", layer("Conv", numbers({4, 3, 3, 3}), kScriptedConv)).child("norm", batch_norm(4));
  net.define("def forward(self, x):\n    return torch.relu(self.norm.forward(self.conv.forward(x)))\n");
  auto canonical = canonicalise(net.build());
  const auto before = text_of(canonical);
  auto frozen = frozen_for_speed(canonical);
  FileCheck().check_not("prim::GetAttr")->check("aten::conv2d")->check("aten::relu")->run(text_of(frozen));
  CHECK(difference(canonical, frozen, {numbers({2, 3, 5, 5})}) < 1e-6);
  CHECK(text_of(canonical) == before);
}
