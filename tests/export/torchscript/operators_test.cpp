#include <algorithm>

#include "graph/view.h"
#include "graph_text.h"
#include "int8_run.h"
#include "operator_cases.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// Float sums that are added up in another order round to the other side of a tie now and then, which moves a
/// value by one step. A layer behind one whose output is on a coarser grid makes more of it.
struct Tolerance {
  double steps = 1.01, differing = 0.03;
};

/// QNNPACK rounds products of scales to fewer bits.
Tolerance tolerance_of(Engine engine) {
  return engine == Engine::kQnnpack ? Tolerance{4.01, 0.06} : Tolerance{};
}

void check_case(const OperatorCase& row, Engine engine) {
  const auto input = noise(row.net.input, 77);
  auto run = quantize_for(engine, build(row.net), input);
  const auto text = graph_text(run.int8);
  INFO(text);
  if (is_taken(run, row.kind, backend_of(engine))) {
    CHECK_THAT(text, contains(row.kernel));
    CHECK(count_nodes(run.int8, "aten::quantize_per_tensor") == 1);
    CHECK(count_nodes(run.int8, "aten::dequantize") == 1);
  }
  const auto steps = compare(run, input);
  CHECK(steps.max < tolerance_of(engine).steps);
  CHECK(steps.differing <= tolerance_of(engine).differing);
}

}  // namespace

TEST_CASE("every operator of the table has a case here") {
  for (const auto& kind : known_operators()) {
    const auto operator_class = find_operator(kind)->operator_class;
    // These read float32: tests/interop and tests/faults have them.
    if (operator_class == OperatorClass::kLookUp || operator_class == OperatorClass::kRecurrent) continue;
    INFO(kind);
    CHECK(std::any_of(operator_cases().begin(), operator_cases().end(),
                      [&](const OperatorCase& row) { return row.kind == kind; }));
  }
}

TEST_CASE("every operator runs in int8 as simulated, on every engine") {
  for (const auto engine : available_engines())
    for (const auto& row : operator_cases())
      DYNAMIC_SECTION(to_string(engine) << ": " << row.kind << " " << row.detail) { check_case(row, engine); }
}
