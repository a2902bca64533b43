#include "export/target_limits.h"

#include "catch.h"

using namespace qtool;

namespace {

OperatorView operator_of(const std::string& name, const std::string& kind) {
  OperatorView op;
  op.name = name;
  op.kind = kind;
  return op;
}

std::string objects_to_add(const OperatorView& op) { return op.kind == "aten::add" ? "no adds" : ""; }

Backend narrow(Engine) { return {.name = "narrow", .activation_bits = 7, .objection = objects_to_add}; }

Backend symmetric(Engine) {
  return {.name = "symmetric",
          .symmetric_activations = true,
          .objection = [](const OperatorView& op) { return op.name == "sum" ? "not this one" : ""; },
          .needs_7_bit_weight = [](const OperatorView&) { return "pairs could overflow"; }};
}

Backend doubting(Engine) {
  return {.name = "doubting", .is_doubtful = [](const OperatorView& op) { return op.name == "fc"; }};
}

constexpr Target kDoubting{.name = "fourth", .file = "d", .limits = doubting};
constexpr Target kNarrow{.name = "first", .file = "a", .limits = narrow};
constexpr Target kSymmetric{.name = "second", .file = "b", .limits = symmetric};
constexpr Target kFree{.name = "third", .file = "c"};

}  // namespace

TEST_CASE("one target's limits are its kernels', in their words") {
  const auto limits = limits_of({&kNarrow}, Engine::kX86);
  CHECK(limits.name == "narrow");
  CHECK(limits.activation_bits == 7);
  CHECK_FALSE(limits.symmetric_activations);
  CHECK(limits.objection(operator_of("sum", "aten::add")) == "no adds");
  CHECK_FALSE(limits.needs_7_bit_weight);
}

TEST_CASE("a plan for several targets keeps within the limits of each, and names who wants what") {
  const auto limits = limits_of({&kNarrow, &kSymmetric, &kFree}, Engine::kX86);
  CHECK(limits.name == "first, second");
  CHECK(limits.activation_bits == 7);
  CHECK(limits.symmetric_activations);
  CHECK(limits.objection(operator_of("sum", "aten::add")) == "first: no adds; second: not this one");
  CHECK(limits.objection(operator_of("other", "aten::add")) == "first: no adds");
  CHECK(limits.objection(operator_of("fc", "aten::linear")).empty());
  CHECK(limits.needs_7_bit_weight(operator_of("fc", "aten::linear")) == "second: pairs could overflow");
}

TEST_CASE("a kernel that one target doubts is tried") {
  CHECK_FALSE(
      limits_of({&kNarrow, &kSymmetric}, Engine::kX86).is_doubtful(operator_of("fc", "aten::linear")));
  const auto limits = limits_of({&kNarrow, &kDoubting}, Engine::kX86);
  CHECK(limits.is_doubtful(operator_of("fc", "aten::linear")));
  CHECK_FALSE(limits.is_doubtful(operator_of("sum", "aten::add")));
}

TEST_CASE("targets without limits take whatever a plan says") {
  const auto limits = limits_of({&kFree}, Engine::kX86);
  CHECK(limits.activation_bits == 8);
  CHECK(limits.objection(operator_of("sum", "aten::add")).empty());
}
