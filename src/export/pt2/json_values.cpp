#include "export/pt2/json_values.h"

#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "graph/read/pt2_tensors.h"

namespace qtool {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kStrided = 7;

[[noreturn]] void refuse(const std::string& what, const std::string& got) {
  throw Error(ErrorKind::kUnquantizable, {.what = what,
                                          .got = got,
                                          .expected = "what a program of torch.export can say",
                                          .fix = "leave this target out of --target"});
}

Json number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

int64_t memory_format(int64_t format) {
  switch (at::MemoryFormat(format)) {
    case at::MemoryFormat::Contiguous:
      return 1;
    case at::MemoryFormat::ChannelsLast:
      return 2;
    case at::MemoryFormat::ChannelsLast3d:
      return 3;
    default:
      return 4;
  }
}

Json list_of(const c10::IValue& value) {
  if (value.isIntList()) return {{"as_ints", value.toIntVector()}};
  if (value.isDoubleList()) {
    Json items = Json::array();
    for (const double item : value.toDoubleVector()) items.push_back(number(item));
    return {{"as_floats", items}};
  }
  if (value.isBoolList()) {
    Json items = Json::array();
    for (const bool item : value.toBoolList()) items.push_back(item);
    return {{"as_bools", items}};
  }
  refuse("a constant of the model has a type that a program cannot say", value.tagKind());
}

bool is_float(const c10::TypePtr& type) {
  const auto optional = type->cast<c10::OptionalType>();
  return *(optional ? optional->getElementType() : type) == *c10::FloatType::get();
}

}  // namespace

int64_t pt2_type_number(at::ScalarType type) {
  for (int64_t number = 1; number <= 13; ++number)
    if (pt2_scalar_type(number) == type) return number;
  refuse("a tensor of the model has a type that a program cannot say", c10::toString(type));
}

Json pt2_constant(const c10::IValue& value, const std::string& parameter, const c10::TypePtr& type) {
  if (value.isNone()) return {{"as_none", true}};
  if (value.isInt()) {
    if (parameter == "dtype") return {{"as_scalar_type", pt2_type_number(at::ScalarType(value.toInt()))}};
    if (parameter == "memory_format") return {{"as_memory_format", memory_format(value.toInt())}};
    if (parameter == "layout") return {{"as_layout", kStrided}};
    if (is_float(type)) return {{"as_float", double(value.toInt())}};
    return {{"as_int", value.toInt()}};
  }
  if (value.isDouble()) return {{"as_float", number(value.toDouble())}};
  if (value.isBool()) return {{"as_bool", value.toBool()}};
  if (value.isString()) return {{"as_string", value.toStringRef()}};
  if (value.isDevice()) return {{"as_device", {{"type", "cpu"}, {"index", nullptr}}}};
  return list_of(value);
}

Json pt2_size(const SizeExpression& size, int64_t hint) {
  if (size.function == "Integer") return {{"as_int", size.number}};
  return {{"as_expr", {{"expr_str", size.text}, {"hint", {{"as_int", hint}}}}}};
}

Json pt2_tensor_meta(at::ScalarType type, Json sizes, Json strides) {
  return {{"dtype", pt2_type_number(type)},
          {"sizes", std::move(sizes)},
          {"requires_grad", false},
          {"device", {{"type", "cpu"}, {"index", nullptr}}},
          {"strides", std::move(strides)},
          {"storage_offset", {{"as_int", 0}}},
          {"layout", kStrided}};
}

Json pt2_tensor_meta(const at::Tensor& tensor) {
  const auto numbers = [](at::IntArrayRef values) {
    Json items = Json::array();
    for (const int64_t value : values) items.push_back({{"as_int", value}});
    return items;
  };
  return pt2_tensor_meta(tensor.scalar_type(), numbers(tensor.sizes()), numbers(tensor.strides()));
}

}  // namespace qtool
