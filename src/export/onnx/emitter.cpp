#include "export/onnx/emitter.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

#include "base/error.h"
#include "graph/ir/attributes.h"
#include "graph/ir/nodes.h"

namespace qtool::onnx {

std::string Emitter::hint() const {
  return node_->outputs().empty() ? "value" : node_->output(0)->debugName();
}

std::string Emitter::kind() const { return short_kind(node_); }

void Emitter::refuse(const std::string& why) const {
  const auto source = source_of(node_);
  throw Error(ErrorKind::kUnquantizable,
              {.what = "an ONNX file cannot hold this operator of the model",
               .where = hint() + (source.empty() ? "" : " (" + source + ")"),
               .got = std::string(node_->kind().toQualString()) + ": " + why,
               .expected = "an operator that ONNX has, with settings that it takes",
               .fix = "write it with other operators, or choose another --target"});
}

void Emitter::needs_batch(const std::string& name, size_t dimensions) const {
  if (size_t(rank(name)) == dimensions + 1) refuse("it takes one sample without a batch");
}

Converted Emitter::argument(const std::string& name) const {
  auto* value = qtool::argument(node_, name);
  return value ? conversion_.of(value) : Converted{.constant = c10::IValue()};
}

bool Emitter::has(const std::string& name) const {
  const auto value = argument(name);
  return !(value.constant && value.constant->isNone());
}

std::string Emitter::tensor(const std::string& name) const {
  auto* value = qtool::argument(node_, name);
  if (!value) refuse("it has no argument " + name);
  return conversion_.tensor(conversion_.of(value), attribute_path(value).value_or(value->debugName()));
}

std::string Emitter::tensor(const Converted& value) const { return conversion_.tensor(value, hint()); }

SeenTensor Emitter::seen(const std::string& name) const {
  auto* value = qtool::argument(node_, name);
  if (!value) refuse("it has no argument " + name);
  if (const auto* known = conversion_.seen(value)) return *known;
  const auto converted = conversion_.of(value);
  if (!converted.constant || !converted.constant->isTensor())
    refuse("the shape of its " + name + " is not known");
  const auto& tensor = converted.constant->toTensor();
  return {tensor.sizes().vec(), tensor.scalar_type()};
}

at::ScalarType Emitter::type(const std::string& name) const {
  const auto value = argument(name);
  if (value.is_number) return at::kLong;
  if (value.constant && value.constant->isScalar())
    return value.constant->isDouble() ? at::kFloat : value.constant->isBool() ? at::kBool : at::kLong;
  return seen(name).type;
}

SeenTensor Emitter::result() const {
  const auto* known = conversion_.seen(node_->output(0));
  if (!known) refuse("the shape of its result is not known");
  return *known;
}

c10::IValue Emitter::constant(const std::string& name) const {
  const auto value = argument(name);
  if (value.constant) return *value.constant;
  if (value.is_list &&
      std::all_of(value.elements.begin(), value.elements.end(),
                  [](const Converted& element) { return element.constant && element.constant->isInt(); })) {
    c10::List<int64_t> list;
    for (const auto& element : value.elements) list.push_back(element.constant->toInt());
    return list;
  }
  refuse("its " + name + " is known only when the model runs");
}

int64_t Emitter::integer(const std::string& name) const { return constant(name).toScalar().toLong(); }

double Emitter::number(const std::string& name) const {
  const auto value = constant(name);
  return value.isTensor() ? value.toTensor().item<double>() : value.toScalar().toDouble();
}

bool Emitter::flag(const std::string& name) const {
  const auto value = constant(name);
  return value.isBool() && value.toBool();
}

std::vector<int64_t> Emitter::integers(const std::string& name, size_t count) const {
  const auto value = constant(name);
  auto list = value.isInt() ? std::vector<int64_t>{value.toInt()} : value.toIntVector();
  if (list.size() == 1 && count > 1) list.resize(count, list[0]);
  return list;
}

std::vector<int64_t> Emitter::pads(const std::string& name, size_t count) const {
  auto begins = integers(name, count);
  const auto ends = begins;
  begins.insert(begins.end(), ends.begin(), ends.end());
  return begins;
}

at::Tensor Emitter::weight(const std::string& name) const {
  const auto value = constant(name);
  return value.isTensor() ? value.toTensor().detach() : at::Tensor();
}

int64_t Emitter::axis(const std::string& name, int64_t rank) const {
  const auto given = integer(name);
  return given < 0 ? given + rank : given;
}

std::vector<int64_t> Emitter::axes(const std::string& name, int64_t rank) const {
  auto given = integers(name);
  for (auto& one : given)
    if (one < 0) one += rank;
  return given;
}

std::vector<Converted> Emitter::elements(const std::string& name) const {
  const auto list = argument(name);
  if (!list.is_list && !(list.constant && list.constant->isList())) refuse("its " + name + " is no list");
  return elements_of(list);
}

std::string Emitter::shape(const std::string& name) const { return shape(argument(name)); }

std::string Emitter::shape(const Converted& list) const {
  if (list.is_number) return list.name;
  if (list.constant)
    return builder().constant(list.constant->isInt() ? std::vector<int64_t>{list.constant->toInt()}
                                                     : list.constant->toIntVector());
  std::vector<std::string> parts;
  std::vector<int64_t> pending;
  const auto flush = [&] {
    if (!pending.empty()) parts.push_back(builder().constant(pending));
    pending.clear();
  };
  for (const auto& element : list.elements) {
    if (element.constant) {
      pending.push_back(element.constant->toScalar().toLong());
    } else {
      flush();
      parts.push_back(element.name);
    }
  }
  flush();
  return parts.size() == 1 ? parts[0] : add("Concat", parts, {{"axis", int64_t(0)}});
}

std::string Emitter::add(const std::string& type, const std::vector<std::string>& inputs,
                         const Attributes& attributes) const {
  return builder().add(type, inputs, hint(), attributes);
}

std::string Emitter::scaled(const std::string& value, double factor, at::ScalarType type) const {
  return factor == 1 ? value : add("Mul", {value, builder().scalar(factor, type)});
}

std::string Emitter::cast(const std::string& value, at::ScalarType from, at::ScalarType to) const {
  return from == to ? value : add("Cast", {value}, {{"to", int64_t(data_type(to))}});
}

void Emitter::out(const std::string& value, size_t index) const { out(Converted{.name = value}, index); }

void Emitter::out(Converted value, size_t index) const {
  conversion_.set(node_->output(index), std::move(value));
}

}  // namespace qtool::onnx
