#include "plan/same_shape.h"

#include <ATen/ops/ones.h>

#include "catch.h"

using namespace qtool;

namespace {

OperatorView other(const std::string& name, const std::string& kind, const std::vector<std::string>& inputs) {
  OperatorView op;
  op.name = name;
  op.kind = "aten::" + kind;
  op.inputs = inputs;
  return op;
}

/// A convolution to 8 channels with a square kernel.
OperatorView conv(const std::string& name, const std::string& input, int64_t side, int64_t padding,
                  int64_t stride = 1, int64_t channels = 8) {
  auto op = other(name, "conv2d", {input});
  op.lists = {{"stride", {stride, stride}}, {"padding", {padding, padding}}, {"dilation", {1, 1}}};
  op.weight = at::ones({channels, 8, side, side});
  return op;
}

GraphView graph_of(const std::vector<OperatorView>& operators) {
  GraphView graph;
  graph.operators = operators;
  return graph;
}

}  // namespace

TEST_CASE("the two ways of a residual block have the same shape") {
  const auto graph =
      graph_of({conv("stem", "x", 7, 0), other("pool", "max_pool2d", {"stem"}), conv("a", "pool", 3, 1, 2),
                other("relu", "relu", {"a"}), conv("b", "relu", 3, 1), conv("down", "pool", 1, 0, 2),
                other("sum", "add", {"b", "down"}), conv("c", "sum", 3, 1)});
  const ImageShapes shapes(graph);
  CHECK(shapes.are_same("b", "down"));
  CHECK(shapes.are_same("c", "sum"));
  CHECK_FALSE(shapes.are_same("b", "pool"));
  CHECK_FALSE(shapes.are_same("pool", "x"));
}

TEST_CASE("what may broadcast is not said to have the same shape") {
  const auto graph =
      graph_of({conv("h", "x", 3, 1), other("mean", "mean", {"h"}), conv("gate", "mean", 1, 0),
                conv("cut", "h", 3, 0), conv("map", "h", 3, 1, 1, 1), other("sum", "add", {"h", "gate"})});
  const ImageShapes shapes(graph);
  CHECK_FALSE(shapes.are_same("h", "gate"));
  CHECK_FALSE(shapes.are_same("h", "cut"));
  CHECK_FALSE(shapes.are_same("h", "map"));
  CHECK_FALSE(shapes.are_same("h", "sum"));
  CHECK_FALSE(shapes.are_same("x", "x"));
}
