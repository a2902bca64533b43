#include "export/program_lengths.h"

#include "catch.h"

using namespace qtool;

namespace {

std::string size_of(const std::string& expression) {
  return R"({"as_expr": {"hint": null, "expr_str": ")" + expression + "\"}}";
}

std::string symbol(const std::string& name) {
  return size_of("Symbol('" + name + "', positive=True, integer=True)");
}

/// Of a program that takes x [s1, SECOND, 6] and y [s1, 3, THIRD].
std::vector<onnx::FreeLength> lengths_of(const std::string& second, const std::string& third) {
  const std::string six = R"({"as_int": 6})";
  return program_lengths(
      R"({"graph_module": {"graph": {"tensor_values": {
        "x": {"dtype": 7, "sizes": [)" +
      symbol("s1") + ", " + second + ", " + six + R"(], "strides": []},
        "y": {"dtype": 7, "sizes": [)" +
      symbol("s1") + ", " + six + ", " + third + R"(], "strides": []}},
        "sym_int_values": {}},
      "signature": {"input_specs": [{"user_input": {"arg": {"as_tensor": {"name": "x"}}}},
        {"user_input": {"arg": {"as_tensor": {"name": "y"}}}}]}},
      "range_constraints": {"s2": {"min_val": 3, "max_val": 40}}})");
}

}  // namespace

TEST_CASE("what a program leaves open besides the batch is open, the same in all places of a symbol") {
  const auto lengths = lengths_of(symbol("s2"), symbol("s2"));
  REQUIRE(lengths.size() == 1);
  CHECK(lengths[0].name == "sequence");
  CHECK(lengths[0].least == 3);
  CHECK(lengths[0].most == 40);
  REQUIRE(lengths[0].places.size() == 2);
  CHECK(lengths[0].places[1].input == 1);
  CHECK(lengths[0].places[1].axis == 2);
  CHECK(lengths_of(symbol("s2"), symbol("s3")).at(1).name == "axis_2");
}

TEST_CASE("fixed sizes, the batch, and parts of sizes are not") {
  const std::string six = R"({"as_int": 6})";
  CHECK(lengths_of(six, six).empty());
  CHECK(lengths_of(symbol("s1"), six).empty());
  const auto doubled = size_of("Mul(Integer(2), Symbol('s2', positive=True, integer=True))");
  CHECK(lengths_of(symbol("s2"), doubled).empty());
}
