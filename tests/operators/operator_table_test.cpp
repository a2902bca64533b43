#include "operators/operator_table.h"

#include <algorithm>
#include <set>

#include "catch.h"

using namespace qtool;

TEST_CASE("operators are found by their kind") {
  REQUIRE(find_operator("aten::conv2d"));
  CHECK(find_operator("aten::conv2d")->operator_class == OperatorClass::kLayer);
  CHECK(find_operator("aten::conv2d")->weight_axis == 0);
  CHECK(find_operator("aten::conv2d")->per_channel_weights);
  REQUIRE(find_operator("aten::conv_transpose2d"));
  CHECK(find_operator("aten::conv_transpose2d")->weight_axis == 1);
  CHECK_FALSE(find_operator("aten::conv_transpose2d")->per_channel_weights);
  CHECK_FALSE(find_operator("conv2d"));
  CHECK_FALSE(find_operator("aten::softmax"));
}

TEST_CASE("each operator has one row") {
  const auto kinds = known_operators();
  CHECK(std::set<std::string>(kinds.begin(), kinds.end()).size() == kinds.size());
  CHECK(std::all_of(kinds.begin(), kinds.end(), [](const auto& kind) { return find_operator(kind); }));
}

TEST_CASE("operators that read shapes are told from those that read values") {
  CHECK(reads_only_shape("aten::size"));
  CHECK_FALSE(reads_only_shape("aten::sum"));
}
