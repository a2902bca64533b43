#include "export/pt2/program_inputs.h"

#include <ATen/ops/ones.h>

#include <nlohmann/json.hpp>

#include "catch.h"

using namespace qtool;

namespace {

constexpr const char* kSymbol = "Symbol('s7', positive=True, integer=True)";

/// A program that takes x [size, 3] of float and has a tensor inside of twice the size; `ranges`: of its symbols.
ProgramInputs inputs_of(const std::string& size, const std::string& ranges = "{}",
                        const std::string& hint = "null") {
  const auto expression = [&](const std::string& text) {
    return R"({"as_expr": {"expr_str": ")" + text + R"(", "hint": )" + hint + "}}";
  };
  const std::string three = R"({"as_int": 3})";
  return inputs_of_program(nlohmann::ordered_json::parse(
      R"({"graph_module": {"graph": {"tensor_values": {
        "x": {"dtype": 7, "sizes": [)" +
      expression(size) + ", " + three + R"(], "strides": []},
        "y": {"dtype": 7, "sizes": [)" +
      expression("Mul(Integer(2), " + std::string(kSymbol) + ")") + R"(], "strides": []}},
      "sym_int_values": {"n": )" +
      three + R"(}},
      "signature": {"input_specs": [{"parameter": {}}, {"user_input": {"arg": {"as_int": 4}}},
        {"user_input": {"arg": {"as_tensor": {"name": "x"}}}}]}}, "range_constraints": )" +
      ranges + "}"));
}

}  // namespace

TEST_CASE("a program's inputs are its tensors, with the expressions of their sizes") {
  const auto inputs = inputs_of(kSymbol, R"({"s7": {"min_val": 4, "max_val": 9}})", R"({"as_int": 6})");
  REQUIRE(inputs.inputs.size() == 1);
  CHECK(inputs.inputs[0].type == at::kFloat);
  CHECK(inputs.inputs[0].sizes.at(0).text == kSymbol);
  CHECK(inputs.inputs[0].sizes.at(1).number == 3);
  REQUIRE(inputs.symbols.size() == 1);
  CHECK(inputs.symbols[0].hint == 6);
  CHECK(inputs.symbols[0].least == 4);
  CHECK(inputs.symbols[0].most == 9);
  REQUIRE(inputs.known.size() == 2);
  CHECK(inputs.known[1].text == "Mul(Integer(2), " + std::string(kSymbol) + ")");
}

TEST_CASE("without a hint a symbol has the least value that it can have, but two") {
  CHECK(inputs_of(kSymbol).symbols[0].hint == 2);
  CHECK(inputs_of(kSymbol).symbols[0].least == 1);
  CHECK(inputs_of(kSymbol, R"({"s7": {"min_val": 5, "max_val": null}})").symbols[0].hint == 5);
  CHECK(inputs_of(kSymbol, R"({"s7": {"min_val": 0}})").symbols[0].least == 1);
}

TEST_CASE("an input's size that is no such expression is refused") {
  CHECK_THROWS_WITH(inputs_of("s7 + 1"), contains("a size that qtool cannot write") &&
                                             contains("where:    x") && contains("got:      s7 + 1"));
}

TEST_CASE("of an example the first size is a symbol where it is the same for all") {
  const auto one = inputs_like({at::ones({1, 3}), at::ones({1}, at::kLong)}, true);
  CHECK(one.symbols.at(0).hint == 2);
  CHECK(one.inputs.at(1).type == at::kLong);
  CHECK(one.inputs[1].sizes.at(0).symbol == "s0");
  CHECK(one.inputs[0].sizes.at(1).number == 3);
  CHECK(inputs_like({at::ones({1, 3})}, false).symbols.empty());
  CHECK(inputs_like({at::ones({1, 3}), at::ones({2})}, true).symbols.empty());
  CHECK(inputs_like({at::ones({})}, true).symbols.empty());
}
