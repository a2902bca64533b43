#include <algorithm>
#include <map>

#include "catch.h"
#include "graph/graphs.h"
#include "graph/passes/canonicalise.h"
#include "graph/view.h"

using namespace qtool;

namespace {

struct SeenOperators {
  std::vector<std::string> kinds;
  std::map<std::string, std::string> changed_by;  ///< by kind; where it is not empty
};

/// Of the canonical model, which must compute the same.
SeenOperators canonical(const std::string& body) {
  ModuleBuilder net("Net");
  net.define("def forward(self, x):\n" + body);
  auto model = net.build();
  auto result = canonicalise(model);
  lint(result);
  CHECK(difference(model, result, {numbers({2, 3, 4})}) < 1e-6);
  SeenOperators seen;
  for (const auto& op : view(result).operators) {
    seen.kinds.push_back(op.kind.substr(6));
    if (!op.changed_by.empty()) seen.changed_by[op.kind.substr(6)] = op.changed_by;
  }
  return seen;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("a write that nobody but its reader sees is none") {
  CHECK(canonical("  y = torch.neg(x)\n  return torch.relu_(torch.flatten(y, 1))").kinds ==
        Kinds{"neg", "flatten", "relu"});
  CHECK(canonical("  y = torch.flatten(torch.neg(x), 1)\n  z = torch.relu_(y)\n  return y + z").kinds ==
        Kinds{"neg", "flatten", "relu", "add"});
  CHECK(canonical("  return torch.neg(torch.relu_(x.clone()))").kinds == Kinds{"relu", "neg"});
  CHECK(
      canonical("  y = torch.relu_(torch.flatten(torch.neg(x), 1))\n  return torch.tanh(y.view(-1))").kinds ==
      Kinds{"neg", "flatten", "relu", "reshape", "tanh"});
  // Read before, not after.
  CHECK(canonical("  y = torch.neg(x)\n  s = torch.tanh(y)\n  return torch.relu_(torch.flatten(y, 1)), s")
            .kinds == Kinds{"neg", "tanh", "flatten", "relu"});
}

TEST_CASE("a write that another value shows stays, and is told") {
  const auto seen = canonical(
      "  y = torch.neg(x)\n  v = torch.flatten(y, 1)\n  v.add_(1.)\n  return torch.tanh(y) + torch.exp(x)");
  CHECK(seen.kinds == Kinds{"neg", "flatten", "add_", "tanh", "exp", "add"});
  REQUIRE(seen.changed_by.size() == 4);
  for (const char* kind : {"neg", "flatten", "add_", "tanh"})
    CHECK_THAT(seen.changed_by.at(kind), contains("aten::add_ at <string>:"));
}

TEST_CASE("a write into a part of a tensor that is read elsewhere") {
  const auto seen = canonical("  y = torch.neg(x)\n  y[0] = 3.\n  return torch.tanh(y)");
  CHECK(seen.changed_by.contains("neg"));
  CHECK(seen.changed_by.contains("tanh"));
}

TEST_CASE("a list that holds the value shows a write, too") {
  const auto seen = canonical(
      "  y = torch.neg(x)\n  v = torch.flatten(y, 1)\n  l = [v, x]\n  v.add_(1.)\n"
      "  return torch.tanh(l[x.dim() - 3])");
  CHECK(std::find(seen.kinds.begin(), seen.kinds.end(), "add_") != seen.kinds.end());
}

TEST_CASE("what contiguous() copied is not changed in its place") {
  const auto seen = canonical(
      "  y = torch.neg(x)\n  z = torch.transpose(y, 1, 2).contiguous()\n  z[0] = 3.\n  return y, z");
  CHECK(std::find(seen.kinds.begin(), seen.kinds.end(), "contiguous") != seen.kinds.end());
}
