#include "job/json/compare_json.h"

#include "catch.h"

using namespace qtool;

TEST_CASE("gates are read back from the JSON of a comparison") {
  Comparison comparison;
  comparison.gates = {{.name = "max_drop", .limit = 1, .value = 2, .passed = false},
                      {.name = "max_size", .limit = 3, .passed = true}};
  const auto gates = read_compare_gates(to_json(comparison));
  REQUIRE(gates.size() == 2);
  CHECK(gates[0].name == "max_drop");
  CHECK(gates[0].value == 2);
  CHECK_FALSE(gates[0].passed);
  CHECK_FALSE(gates[1].value);
  CHECK(gates[1].passed);
}
