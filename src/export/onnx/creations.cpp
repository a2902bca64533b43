#include "export/onnx/operators.h"

namespace qtool::onnx {
namespace {

at::ScalarType wanted_type(const Emitter& e, at::ScalarType otherwise) {
  return e.has("dtype") ? static_cast<at::ScalarType>(e.integer("dtype")) : otherwise;
}

void to(Emitter& e) {
  const auto x = e.argument("self");
  if (x.is_number) return e.out(x);
  const auto wanted = e.has("other") ? e.type("other") : wanted_type(e, e.type("self"));
  e.out(e.cast(e.tensor("self"), e.type("self"), wanted));
}

void type_as(Emitter& e) { e.out(e.cast(e.tensor("self"), e.type("self"), e.type("other"))); }

std::string filled(const Emitter& e, const std::string& shape, double value, at::ScalarType type) {
  return e.add("Expand", {e.builder().scalar(value, type), shape});
}

void full(Emitter& e) {
  e.out(filled(e, e.shape("size"), e.number("fill_value"), wanted_type(e, e.result().type)));
}
void zeros(Emitter& e) { e.out(filled(e, e.shape("size"), 0, wanted_type(e, e.result().type))); }
void ones(Emitter& e) { e.out(filled(e, e.shape("size"), 1, wanted_type(e, e.result().type))); }

void like(Emitter& e, double value) {
  e.out(filled(e, e.add("Shape", {e.tensor("self")}), value, wanted_type(e, e.type("self"))));
}
void zeros_like(Emitter& e) { like(e, 0); }
void ones_like(Emitter& e) { like(e, 1); }
void full_like(Emitter& e) { like(e, e.number("fill_value")); }

std::string length(const Emitter& e, const char* name, int64_t otherwise) {
  if (!e.has(name)) return e.builder().scalar(otherwise);
  if (e.argument(name).constant) return e.builder().scalar(e.integer(name));
  return e.add("Squeeze", {e.shape(name)});
}

void arange(Emitter& e) {
  const auto numbers = e.add("Range", {length(e, "start", 0), length(e, "end", 0), length(e, "step", 1)});
  e.out(e.cast(numbers, at::kLong, e.result().type));
}

void triangle(Emitter& e, int64_t upper) {
  e.out(e.add("Trilu", {e.tensor("self"), e.builder().scalar(e.integer("diagonal"))}, {{"upper", upper}}));
}
void tril(Emitter& e) { triangle(e, 0); }
void triu(Emitter& e) { triangle(e, 1); }

constexpr OperatorRow kCreationRows[] = {
    {"aten::to", to},
    {"aten::_to_copy", to},
    {"aten::type_as", type_as},
    {"aten::full", full},
    {"aten::zeros", zeros},
    {"aten::ones", ones},
    {"aten::new_zeros", zeros},
    {"aten::new_ones", ones},
    {"aten::new_full", full},
    {"aten::zeros_like", zeros_like},
    {"aten::ones_like", ones_like},
    {"aten::full_like", full_like},
    {"aten::arange", arange},
    {"aten::tril", tril},
    {"aten::triu", triu},
};

}  // namespace

std::span<const OperatorRow> creations() { return kCreationRows; }

}  // namespace qtool::onnx
