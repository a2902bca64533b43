#include "graph/passes/list_appends.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/testing/file_check.h>

#include "catch.h"
#include "graph/graphs.h"

using namespace qtool;
using torch::jit::testing::FileCheck;

namespace {

/// The graph of forward(x) with these statements after the pass. Checks that it computes the same.
std::string written_out(const std::string& statements) {
  ModuleBuilder builder("Net");
  builder.define("def forward(self, x):\n" + statements);
  auto before = inlined(builder.build()), after = inlined(builder.build());
  write_out_appends(*after.module().get_method("forward").graph());
  lint(after);
  const auto text = text_of(after);
  CHECK(difference(before, after, {numbers({2, 3})}) == 0);
  return text;
}

}  // namespace

TEST_CASE("each reader of a list that grows has a list of its own") {
  const auto text = written_out(
      "  l = [x]\n"
      "  a = torch.cat(l, 1)\n"
      "  l.append(a)\n"
      "  b = torch.cat(l, 1)\n"
      "  l.append(torch.relu(b))\n"
      "  return torch.cat(l, 1)\n");
  FileCheck()
      .check("ListConstruct(%x")
      ->check("aten::cat")
      ->check("ListConstruct(%x.1, %a")
      ->check("aten::cat")
      ->check("ListConstruct(%x.1, %a")
      ->check("aten::cat")
      ->check_not("aten::append")
      ->run(text);
}

TEST_CASE("a list that an if reads or that is returned stays") {
  FileCheck()
      .check("aten::append")
      ->run(written_out("  l = [x]\n  l.append(x * 2)\n  y = x\n  if bool(x.sum() > 0):\n    y = "
                        "torch.cat(l, 0)\n  return y\n"));
  FileCheck().check("aten::append")->run(written_out("  l = [x]\n  l.append(x * 2)\n  return l\n"));
}
