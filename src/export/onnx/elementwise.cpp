#include <c10/core/ScalarType.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "export/onnx/operators.h"

namespace qtool::onnx {
namespace {

// --- One value ------------------------------------------------------------------------------------------------------

const char* input_name(const Emitter& e) { return e.has("self") ? "self" : "input"; }

template <const char* const& type>
void unary(Emitter& e) {
  e.out(e.add(type, {e.tensor(input_name(e))}));
}

constexpr const char* kRelu = "Relu";
constexpr const char* kSigmoid = "Sigmoid";
constexpr const char* kTanh = "Tanh";
constexpr const char* kHardSwish = "HardSwish";
constexpr const char* kMish = "Mish";
constexpr const char* kExp = "Exp";
constexpr const char* kLog = "Log";
constexpr const char* kSqrt = "Sqrt";
constexpr const char* kReciprocal = "Reciprocal";
constexpr const char* kAbs = "Abs";
constexpr const char* kNeg = "Neg";
constexpr const char* kErf = "Erf";
constexpr const char* kSin = "Sin";
constexpr const char* kCos = "Cos";
constexpr const char* kFloor = "Floor";
constexpr const char* kCeil = "Ceil";
constexpr const char* kSign = "Sign";

void round(Emitter& e) {
  if (e.has("decimals") && e.integer("decimals") != 0) e.refuse("it rounds to decimals");
  e.out(e.add("Round", {e.tensor("self")}));
}

void rsqrt(Emitter& e) { e.out(e.add("Reciprocal", {e.add("Sqrt", {e.tensor("self")})})); }

void silu(Emitter& e) {
  const auto x = e.tensor("self");
  e.out(e.add("Mul", {x, e.add("Sigmoid", {x})}));
}

void gelu(Emitter& e) {
  e.out(e.add("Gelu", {e.tensor("self")}, {{"approximate", e.constant("approximate").toStringRef()}}));
}

void hardsigmoid(Emitter& e) {
  e.out(e.add("HardSigmoid", {e.tensor("self")}, {{"alpha", 1.F / 6}, {"beta", 0.5F}}));
}

void leaky_relu(Emitter& e) {
  e.out(e.add("LeakyRelu", {e.tensor("self")}, {{"alpha", float(e.number("negative_slope"))}}));
}

void elu(Emitter& e) {
  if (e.number("input_scale") != 1) e.refuse("its input_scale is not 1");
  const auto curve = e.add("Elu", {e.tensor("self")}, {{"alpha", float(e.number("alpha"))}});
  e.out(e.scaled(curve, e.number("scale"), e.type("self")));
}

void selu(Emitter& e) { e.out(e.add("Selu", {e.tensor("self")})); }

void softplus(Emitter& e) {
  if (e.number("beta") != 1) e.refuse("its beta is not 1");
  e.out(e.add("Softplus", {e.tensor("self")}));
}

/// The slope is one number, or one for each of the second dimension.
void prelu(Emitter& e) {
  auto slope = e.weight("weight");
  if (slope.numel() > 1) {
    std::vector<int64_t> shape(size_t(e.rank("self")) - 1, 1);
    shape[0] = slope.numel();
    slope = slope.reshape(shape);
  }
  e.out(e.add("PRelu", {e.tensor("self"), e.builder().constant(slope, e.hint() + ".weight")}));
}

/// Whether each bound is a number that is known, or is not there.
bool has_known_bounds(const Emitter& e, std::initializer_list<const char*> names) {
  return std::all_of(names.begin(), names.end(), [&](const char* name) {
    const auto bound = e.argument(name);
    return !e.has(name) ||
           (bound.constant && (!bound.constant->isTensor() || bound.constant->toTensor().numel() == 1));
  });
}

void clip(Emitter& e, const char* low, const char* high) {
  const auto type = e.type("self");
  auto x = e.tensor("self");
  if (has_known_bounds(e, {low, high})) {
    const auto bound = [&](const char* name) {
      return e.has(name) ? e.builder().scalar(e.number(name), type) : std::string();
    };
    return e.out(e.add("Clip", {x, bound(low), bound(high)}));
  }
  for (const auto& [name, limit] : {std::pair(low, "Max"), std::pair(high, "Min")})
    if (e.has(name)) x = e.add(limit, {x, e.cast(e.tensor(name), e.type(name), type)});
  e.out(x);
}

void hardtanh(Emitter& e) { clip(e, "min_val", "max_val"); }
void clamp(Emitter& e) { clip(e, "min", "max"); }
void clamp_min(Emitter& e) { clip(e, "min", "none"); }
void clamp_max(Emitter& e) { clip(e, "none", "max"); }

void same(Emitter& e) { e.out(e.argument(input_name(e))); }

// --- Two values -----------------------------------------------------------------------------------------------------

/// A number: LibTorch does not let it decide the type of a tensor that it meets. Nor a tensor without dimensions.
bool is_scalar(const Emitter& e, const std::string& name) {
  const auto value = e.argument(name);
  if (value.is_number || (value.constant && value.constant->isScalar())) return true;
  if (value.constant && value.constant->isTensor()) return value.constant->toTensor().dim() == 0;
  return e.rank(name) == 0;
}

/// A whole number from a size, or a constant one.
bool is_whole_number(const Emitter& e, const std::string& name) {
  return e.argument(name).is_number || (e.argument(name).constant && is_scalar(e, name));
}

/// Both, of the type that LibTorch computes in.
struct Pair {
  std::string first, second;
  at::ScalarType type = at::kFloat;
  bool is_number = false;  ///< both are whole numbers from sizes
};

at::ScalarType common_type(const Emitter& e, const std::string& a, const std::string& b) {
  const auto first = e.type(a), second = e.type(b);
  const bool scalar_a = is_scalar(e, a), scalar_b = is_scalar(e, b);
  if (scalar_a == scalar_b) return c10::promoteTypes(first, second);
  const auto tensor = scalar_a ? second : first, scalar = scalar_a ? first : second;
  const bool keeps = at::isFloatingType(tensor) || !at::isFloatingType(scalar);
  return keeps && !(tensor == at::kBool && scalar != at::kBool) ? tensor
         : at::isFloatingType(scalar)                           ? at::kFloat
                                                                : scalar;
}

std::string typed(const Emitter& e, const std::string& name, at::ScalarType type) {
  const auto value = e.argument(name);
  if (value.constant && value.constant->isScalar())
    return e.builder().scalar(value.constant->toScalar().toDouble(), type);
  return e.cast(e.tensor(name), e.type(name), type);
}

Pair pair(const Emitter& e, const std::string& a = "self", const std::string& b = "other") {
  const auto type = common_type(e, a, b);
  const bool is_number = is_whole_number(e, a) && is_whole_number(e, b);
  return {typed(e, a, type), typed(e, b, type), type, is_number};
}

void out_number(Emitter& e, const std::string& value, bool is_number) {
  e.out(Converted{.name = value, .is_number = is_number});
}

std::string with_alpha(const Emitter& e, const std::string& value, at::ScalarType type) {
  return e.has("alpha") ? e.scaled(value, e.number("alpha"), type) : value;
}

/// Of plain Python numbers the schema calls the arguments a and b.
Pair operands(const Emitter& e) { return e.has("a") ? pair(e, "a", "b") : pair(e); }

constexpr const char* kMul = "Mul";
constexpr const char* kMin = "Min";

/// ONNX computes with numbers alone; of truth values a product and the least are And, a sum and the greatest Or.
template <const char* const& type>
void binary(Emitter& e) {
  const auto both = operands(e);
  if (both.type == at::kBool)
    return e.out(e.add(type == kMul || type == kMin ? "And" : "Or", {both.first, both.second}));
  out_number(e, e.add(type, {both.first, with_alpha(e, both.second, both.type)}), both.is_number);
}

constexpr const char* kAdd = "Add";
constexpr const char* kSub = "Sub";
constexpr const char* kMax = "Max";
constexpr const char* kAnd = "And";
constexpr const char* kOr = "Or";
constexpr const char* kXor = "Xor";

void rsub(Emitter& e) {
  const auto both = pair(e);
  out_number(e, e.add("Sub", {both.second, with_alpha(e, both.first, both.type)}), both.is_number);
}

/// Whole numbers of any sign, rounded down: without the remainder, which has the divisor's sign, the division comes out
/// even. Sizes are not negative, so that ONNX's division, which rounds towards zero, is the same.
void out_floor_quotient(Emitter& e, const Pair& both) {
  auto dividend = both.first;
  if (!both.is_number) dividend = e.add("Sub", {dividend, e.add("Mod", {both.first, both.second})});
  out_number(e, e.add("Div", {dividend, both.second}), both.is_number);
}

/// Division of whole numbers gives a fraction, but where it is rounded.
void div(Emitter& e) {
  const auto both = operands(e);
  const auto mode = e.has("rounding_mode") ? e.constant("rounding_mode").toStringRef() : "";
  if (mode.empty() && !at::isFloatingType(both.type)) {
    e.out(e.add("Div",
                {e.cast(both.first, both.type, at::kFloat), e.cast(both.second, both.type, at::kFloat)}));
    return;
  }
  if (mode == "floor" && !at::isFloatingType(both.type)) return out_floor_quotient(e, both);
  const auto quotient = e.add("Div", {both.first, both.second});
  if (!at::isFloatingType(both.type) || mode.empty()) return out_number(e, quotient, both.is_number);
  if (mode == "trunc") e.refuse("it rounds towards zero");
  e.out(e.add("Floor", {quotient}));
}

void floor_divide(Emitter& e) {
  const auto both = operands(e);
  if (!at::isFloatingType(both.type)) return out_floor_quotient(e, both);
  e.out(e.add("Floor", {e.add("Div", {both.first, both.second})}));
}

void remainder(Emitter& e) {
  const auto both = operands(e);
  if (at::isFloatingType(both.type)) e.refuse("it is the remainder of fractions");
  out_number(e, e.add("Mod", {both.first, both.second}), both.is_number);
}

void pow(Emitter& e) {
  const auto exponent = e.argument("exponent");
  const auto type = at::isFloatingType(e.type("self")) ? e.type("self") : at::kFloat;
  const auto base = typed(e, "self", type);
  if (exponent.constant && exponent.constant->isScalar() && exponent.constant->toScalar().toDouble() == 2)
    return e.out(e.cast(e.add("Mul", {base, base}), type, e.result().type));
  e.out(e.cast(e.add("Pow", {base, typed(e, "exponent", type)}), type, e.result().type));
}

template <const char* const& type>
void compare(Emitter& e) {
  const auto both = operands(e);
  e.out(e.add(type, {both.first, both.second}));
}

constexpr const char* kEqual = "Equal";
constexpr const char* kLess = "Less";
constexpr const char* kLessOrEqual = "LessOrEqual";
constexpr const char* kGreater = "Greater";
constexpr const char* kGreaterOrEqual = "GreaterOrEqual";

void not_equal(Emitter& e) {
  const auto both = operands(e);
  e.out(e.add("Not", {e.add("Equal", {both.first, both.second})}));
}

std::string as_bool(const Emitter& e, const std::string& name) {
  return e.cast(e.tensor(name), e.type(name), at::kBool);
}

template <const char* const& type>
void logical(Emitter& e) {
  e.out(e.add(type, {as_bool(e, "self"), as_bool(e, "other")}));
}

void bitwise_check(const Emitter& e) {
  if (e.type("self") != at::kBool) e.refuse("it works on the bits of whole numbers");
}

template <const char* const& type>
void bitwise(Emitter& e) {
  bitwise_check(e);
  logical<type>(e);
}

void logical_not(Emitter& e) { e.out(e.add("Not", {as_bool(e, "self")})); }

void bitwise_not(Emitter& e) {
  bitwise_check(e);
  logical_not(e);
}

void where(Emitter& e) {
  const auto both = pair(e);
  e.out(e.add("Where", {as_bool(e, "condition"), both.first, both.second}));
}

void masked_fill(Emitter& e) {
  const auto type = e.type("self");
  e.out(e.add("Where", {as_bool(e, "mask"), typed(e, "value", type), e.tensor("self")}));
}

/// self + value * a * b, or a / b.
template <const char* const& type>
void add_pair(Emitter& e) {
  const auto made = e.add(type, {e.tensor("tensor1"), e.tensor("tensor2")});
  e.out(e.add("Add", {e.tensor("self"), e.scaled(made, e.number("value"), e.type("self"))}));
}

constexpr const char* kDiv = "Div";

constexpr OperatorRow kElementwiseRows[] = {
    {"aten::relu", unary<kRelu>},
    {"aten::sigmoid", unary<kSigmoid>},
    {"aten::tanh", unary<kTanh>},
    {"aten::hardswish", unary<kHardSwish>},
    {"aten::mish", unary<kMish>},
    {"aten::exp", unary<kExp>},
    {"aten::log", unary<kLog>},
    {"aten::sqrt", unary<kSqrt>},
    {"aten::reciprocal", unary<kReciprocal>},
    {"aten::abs", unary<kAbs>},
    {"aten::neg", unary<kNeg>},
    {"aten::erf", unary<kErf>},
    {"aten::sin", unary<kSin>},
    {"aten::cos", unary<kCos>},
    {"aten::floor", unary<kFloor>},
    {"aten::ceil", unary<kCeil>},
    {"aten::round", round},
    {"aten::sign", unary<kSign>},
    {"aten::rsqrt", rsqrt},
    {"aten::silu", silu},
    {"aten::gelu", gelu},
    {"aten::hardsigmoid", hardsigmoid},
    {"aten::leaky_relu", leaky_relu},
    {"aten::elu", elu},
    {"aten::selu", selu},
    {"aten::softplus", softplus},
    {"aten::prelu", prelu},
    {"aten::hardtanh", hardtanh},
    {"aten::clamp", clamp},
    {"aten::clamp_min", clamp_min},
    {"aten::clamp_max", clamp_max},
    {"aten::contiguous", same},
    {"aten::clone", same},
    {"aten::detach", same},
    {"aten::alias", same},
    {"aten::dropout", same},
    {"aten::feature_dropout", same},
    {"aten::lift_fresh", same},
    {"prim::unchecked_cast", same},
    {"aten::add", binary<kAdd>},
    {"aten::sub", binary<kSub>},
    {"aten::mul", binary<kMul>},
    {"aten::maximum", binary<kMax>},
    {"aten::minimum", binary<kMin>},
    {"aten::rsub", rsub},
    {"aten::div", div},
    {"aten::floordiv", floor_divide},
    {"aten::floor_divide", floor_divide},
    {"aten::remainder", remainder},
    {"aten::pow", pow},
    {"aten::eq", compare<kEqual>},
    {"aten::ne", not_equal},
    {"aten::lt", compare<kLess>},
    {"aten::le", compare<kLessOrEqual>},
    {"aten::gt", compare<kGreater>},
    {"aten::ge", compare<kGreaterOrEqual>},
    {"aten::logical_and", logical<kAnd>},
    {"aten::logical_or", logical<kOr>},
    {"aten::logical_xor", logical<kXor>},
    {"aten::logical_not", logical_not},
    {"aten::bitwise_and", bitwise<kAnd>},
    {"aten::bitwise_or", bitwise<kOr>},
    {"aten::__and__", bitwise<kAnd>},
    {"aten::__or__", bitwise<kOr>},
    {"aten::bitwise_not", bitwise_not},
    {"aten::where", where},
    {"aten::masked_fill", masked_fill},
    {"aten::addcmul", add_pair<kMul>},
    {"aten::addcdiv", add_pair<kDiv>},
};

}  // namespace

std::span<const OperatorRow> elementwise() { return kElementwiseRows; }

}  // namespace qtool::onnx
