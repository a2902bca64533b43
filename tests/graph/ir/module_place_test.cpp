#include "graph/ir/module_place.h"

#include "catch.h"
#include "graph/parsed_ir.h"

using namespace qtool;

namespace {

std::shared_ptr<torch::jit::Graph> relu() {
  return parsed("graph(%x : Tensor):\n  %y : Tensor = aten::relu(%x)\n  return (%y)\n");
}

}  // namespace

TEST_CASE("the place of a node is kept by copies of its graph") {
  for (const bool is_leaf : {true, false}) {
    const auto graph = relu();
    set_place(*graph->nodes().begin(), {"layers.0.größe", is_leaf});
    const auto copy = graph->copy();
    const auto place = place_of(*copy->nodes().begin());
    CHECK(place.path == "layers.0.gr%C3%B6%C3%9Fe");
    CHECK(place.is_leaf == is_leaf);
  }
}

TEST_CASE("a node without a place stands at the top") {
  const auto graph = relu();
  CHECK(place_of(*graph->nodes().begin()).path.empty());
  set_place(*graph->nodes().begin(), {});
  CHECK(place_of(*graph->nodes().begin()).path.empty());
}
