#include "graph/ir/inline_calls.h"

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "catch.h"
#include "graph/ir/module_place.h"
#include "graph/ir/nodes.h"

using namespace qtool;

namespace {

namespace jit = torch::jit;

jit::Module module_of(const std::string& code) {
  jit::Module module("M");
  module.define(code + "\n");
  return module;
}

/// `kind path` of each operator of forward().
std::vector<std::string> places_in(const jit::Module& module) {
  const auto graph = module.get_method("forward").graph()->copy();
  inline_calls(*graph);
  std::vector<std::string> places;
  for (const auto* node : all_nodes_of(graph->block()))
    if (node->kind().is_aten())
      places.push_back(std::string(node->kind().toUnqualString()) + " " + place_of(node).path);
  return places;
}

}  // namespace

TEST_CASE("a module in a list is named by its whole path") {
  jit::Module left("Left"), right("Right");
  const auto leaf = module_of("def forward(self, x):\n  return x.relu()");
  left.register_module("first", leaf);
  right.register_module("first", leaf);
  jit::Module outer("Outer");
  outer.register_module("left", left);
  outer.register_module("right", right);
  outer.define(
      "def forward(self, x):\n  return self.right.first.forward(self.left.first.forward(x)).tanh()\n");
  jit::Module top("Top");
  top.register_module("net", outer);
  top.define("def forward(self, x):\n  return self.net.forward(x)\n");
  CHECK(places_in(outer) == std::vector<std::string>{"relu left.first", "relu right.first", "tanh "});
  CHECK(places_in(top) ==
        std::vector<std::string>{"relu net.left.first", "relu net.right.first", "tanh net"});
  CHECK(top.get_method("forward").graph()->toString(false).find("left.first") == std::string::npos);
}

TEST_CASE("calls in branches and of methods are put in their places") {
  const auto module = module_of(R"(
def twice(self, x):
  return x + x

def forward(self, x):
  if bool(x.any()):
    x = self.twice(self.twice(x))
  return x
)");
  const auto graph = module.get_method("forward").graph()->copy();
  inline_calls(*graph);
  int adds = 0;
  for (const auto* node : all_nodes_of(graph->block())) {
    CHECK(node->kind() != c10::prim::CallMethod);
    adds += node->kind() == c10::aten::add;
  }
  CHECK(adds == 2);
}
