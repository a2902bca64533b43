#include "graph/passes/float_values.h"

#include "catch.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"
#include "graph/parsed_ir.h"

using namespace qtool;

namespace {

/// What makes the floats among what `body` computes of %f, which is float32, %w, which are whole numbers, and %x, of
/// which nothing is known.
std::vector<std::string> makers_of_floats(const std::string& body) {
  const auto graph = parsed(
      "graph(%self : Tensor, %x : Tensor):\n"
      "  %six : int = prim::Constant[value=6]()\n  %four : int = prim::Constant[value=4]()\n"
      "  %one : int = prim::Constant[value=1]()\n  %no : bool = prim::Constant[value=0]()\n"
      "  %none : NoneType = prim::Constant()\n"
      "  %f : Tensor = aten::to(%x, %six, %no, %no, %none)\n"
      "  %w : Tensor = aten::to(%x, %four, %no, %no, %none)\n  " +
      body + "\n  return (%x)");
  const FloatValues floats(*graph, empty_module("None"));
  std::vector<std::string> kinds;
  for (const auto* node : all_nodes_of(graph->block()))
    for (const auto* output : node->outputs())
      if (floats.contains(output) && short_kind(node) != "to") kinds.push_back(short_kind(node));
  return kinds;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("what is computed from floats is float, with whatever else is read") {
  CHECK(makers_of_floats("%a : Tensor = aten::mul(%w, %f)\n  %b : Tensor = aten::tanh(%a)") ==
        Kinds{"mul", "tanh"});
  CHECK(makers_of_floats("%a : Tensor = aten::mul(%w, %w)\n  %b : Tensor = aten::tanh(%x)").empty());
}

TEST_CASE("comparisons, indices and complex numbers are no floats") {
  CHECK(makers_of_floats("%a : Tensor = aten::eq(%f, %f)").empty());
  CHECK(makers_of_floats("%v : Tensor, %i : Tensor = aten::max(%f, %one, %no)") == Kinds{"max"});
  CHECK(makers_of_floats("%a : Tensor = aten::fft_rfft(%f, %none, %one, %none)").empty());
}

TEST_CASE("a dtype argument decides, and for some operators the first input") {
  CHECK(makers_of_floats("%a : Tensor = aten::sum(%f, %four)").empty());
  CHECK(makers_of_floats("%a : Tensor = aten::type_as(%w, %f)") == Kinds{"type_as"});
  CHECK(makers_of_floats("%a : Tensor = aten::type_as(%f, %w)").empty());
  CHECK(makers_of_floats("%a : Tensor = aten::view_as(%f, %w)") == Kinds{"view_as"});
  CHECK(makers_of_floats("%a : Tensor = aten::view_as(%w, %f)").empty());
}

TEST_CASE("lists of floats, and ifs both of whose sides make them") {
  CHECK(
      makers_of_floats("%l : Tensor[] = prim::ListConstruct(%f, %f)\n  %a : Tensor = aten::cat(%l, %one)") ==
      Kinds{"ListConstruct", "cat"});
  const std::string begin =
      "%a : Tensor = prim::If(%no)\n    block0():\n      -> (%f)\n    block1():\n      -> (";
  CHECK(makers_of_floats(begin + "%f)") == Kinds{"If"});
  CHECK(makers_of_floats(begin + "%w)").empty());
}
