#include "graph/passes/exceptions.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

std::string assumed(const std::string& body) {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n" + body);
  auto model = inlined(net.build());
  assume_nothing_raises(*model.module().get_method("forward").graph());
  lint(model);
  return text_of(canonicalise(model));
}

}  // namespace

TEST_CASE("an assertion holds, also for whoever asks the same again") {
  FileCheck()
      .check("aten::relu(")
      ->check_not("prim::If")
      ->check_not("aten::tanh")
      ->run(assumed("  flat = x.numel() > 4\n"
                    "  assert not flat, 'too many'\n"
                    "  return torch.tanh(x) if flat else torch.relu(x)"));
  FileCheck()
      .check_not("prim::If")
      ->run(assumed("  assert x.numel() > 4, 'too few'\n  return torch.relu(x)"));
}

TEST_CASE("a condition that was not asserted on the way stays open") {
  FileCheck()
      .check("prim::If")
      ->check("aten::tanh")
      ->check("aten::relu")
      ->run(assumed("  flat = x.numel() > 4\n"
                    "  if x.numel() > 2:\n"
                    "    assert not flat, 'too many'\n"
                    "  return torch.tanh(x) if flat else torch.relu(x)"));
}
