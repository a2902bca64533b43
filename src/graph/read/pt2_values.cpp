#include "graph/read/pt2_values.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "graph/read/flaw.h"
#include "graph/read/pt2_tensors.h"

namespace qtool {
namespace {

namespace jit = torch::jit;
using Json = nlohmann::ordered_json;

/// Infinities and NaN are strings; a whole number may stand for a float.
double float_of(const Json& value) {
  if (!value.is_string()) return value.get<double>();
  const auto text = value.get<std::string>();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  throw Flaw("'" + text + "' in the place of a number", "a number, Infinity, -Infinity or NaN");
}

int64_t memory_format_of(int64_t number) {
  constexpr at::MemoryFormat kFormats[] = {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast,
                                           at::MemoryFormat::ChannelsLast3d, at::MemoryFormat::Preserve};
  if (number < 1 || number > int64_t(std::size(kFormats)))
    throw Flaw("memory format number " + std::to_string(number), "1 to 4");
  return int64_t(kFormats[number - 1]);
}

int64_t layout_of(int64_t number) {
  if (!is_pt2_strided(number)) throw Flaw("a layout that is not strided", "dense tensors");
  return int64_t(at::kStrided);
}

c10::TypePtr without_optional(const c10::TypePtr& type) {
  const auto optional = type->cast<c10::OptionalType>();
  return optional ? optional->getElementType() : type;
}

bool is_list_of(const c10::TypePtr& type, const c10::TypePtr& element) {
  const auto list = type->cast<c10::ListType>();
  return list && *list->getElementType() == *element;
}

bool wants_float(const c10::TypePtr& type) { return *type == *c10::FloatType::get(); }
bool wants_scalar(const c10::TypePtr& type) { return *type == *c10::NumberType::get(); }

template <class T>
std::vector<T> list_of(const Json& items) {
  std::vector<T> values;
  for (const Json& item : items) values.push_back(item.get<T>());
  return values;
}

std::vector<double> floats_of(const Json& items) {
  std::vector<double> values;
  for (const Json& item : items) values.push_back(float_of(item));
  return values;
}

/// A number for a parameter of the type; for a list of numbers one of length 1.
c10::IValue whole_number(int64_t value, const c10::TypePtr& type) {
  if (wants_float(type)) return double(value);
  if (is_list_of(type, c10::IntType::get())) return std::vector<int64_t>{value};
  if (is_list_of(type, c10::FloatType::get())) return std::vector<double>{double(value)};
  return value;
}

}  // namespace

std::string kind_of_union(const Json& value) {
  if (!value.is_object() || value.empty())
    throw Flaw("a value without a kind", "an object with one key, its kind");
  return value.begin().key();
}

jit::Value* Pt2Values::find(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end())
    throw Flaw("the value " + name + ", which nothing computes", "nodes in their order");
  return found->second;
}

jit::Value* Pt2Values::constant(const c10::IValue& value) { return graph_->insertConstant(value); }

/// `{"as_name": ...}` or a number.
jit::Value* Pt2Values::number(const Json& item) {
  if (item.contains("as_name")) return find(item.at("as_name").get<std::string>());
  if (item.contains("as_int")) return constant(item.at("as_int").get<int64_t>());
  if (item.contains("as_bool")) return constant(item.at("as_bool").get<bool>());
  return constant(float_of(item.at("as_float")));
}

/// Of tensors, some of which may be none, or of numbers that a run finds.
jit::Value* Pt2Values::list(const Json& items, const c10::TypePtr& element) {
  std::vector<jit::Value*> values;
  for (const Json& item : items) {
    if (item.contains("as_none"))
      values.push_back(constant(c10::IValue()));
    else if (item.contains("as_tensor"))
      values.push_back(find(item.at("as_tensor").at("name").get<std::string>()));
    else if (item.contains("name"))
      values.push_back(find(item.at("name").get<std::string>()));
    else
      values.push_back(number(item));
  }
  return graph_->insertNode(graph_->createList(element, values))->output();
}

jit::Value* Pt2Values::read(const Json& argument, const c10::TypePtr& declared) {
  const auto type = without_optional(declared);
  const std::string kind = kind_of_union(argument);
  const Json& value = argument.begin().value();
  if (kind == "as_none") return constant(c10::IValue());
  if (kind == "as_tensor") return find(value.at("name").get<std::string>());
  if (kind == "as_tensors") return list(value, c10::TensorType::get());
  if (kind == "as_optional_tensors") return list(value, c10::OptionalType::create(c10::TensorType::get()));
  if (kind == "as_int") return constant(whole_number(value.get<int64_t>(), type));
  if (kind == "as_float") {
    if (is_list_of(type, c10::FloatType::get())) return constant(std::vector<double>{float_of(value)});
    return constant(float_of(value));
  }
  // No operator takes a bool for a Scalar in TorchScript.
  if (kind == "as_bool")
    return constant(wants_scalar(type) ? c10::IValue(int64_t(value.get<bool>())) : value.get<bool>());
  if (kind == "as_string") return constant(value.get<std::string>());
  if (kind == "as_ints")
    return is_list_of(type, c10::FloatType::get()) ? constant(floats_of(value))
                                                   : constant(list_of<int64_t>(value));
  if (kind == "as_floats") return constant(floats_of(value));
  if (kind == "as_bools") {
    c10::List<bool> bools;
    for (const bool item : list_of<bool>(value)) bools.push_back(item);
    return constant(bools);
  }
  if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") return number(value);
  if (kind == "as_sym_ints") return list(value, c10::IntType::get());
  if (kind == "as_sym_floats") return list(value, c10::FloatType::get());
  if (kind == "as_scalar_type") return constant(int64_t(pt2_scalar_type(value.get<int64_t>())));
  if (kind == "as_memory_format") return constant(memory_format_of(value.get<int64_t>()));
  if (kind == "as_layout") return constant(layout_of(value.get<int64_t>()));
  // Programs are run where qtool's data is.
  if (kind == "as_device") return constant(c10::Device(c10::kCPU));
  throw Flaw("an argument of kind " + kind, "tensors, numbers, texts, types, and lists of them");
}

}  // namespace qtool
