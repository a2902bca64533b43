#include "graph/read/pt2_values.h"

#include <torch/csrc/jit/ir/constants.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "graph/read/flaw.h"

using namespace qtool;
using Json = nlohmann::ordered_json;

namespace {

/// The constant that an argument is for a parameter of the type.
c10::IValue constant(const char* argument, const c10::TypePtr& type = c10::AnyType::get()) {
  torch::jit::Graph graph;
  return *torch::jit::toIValue(Pt2Values(graph).read(Json::parse(argument), type));
}

const auto kFloats = c10::ListType::create(c10::FloatType::get());
const auto kInts = c10::ListType::create(c10::IntType::get());

}  // namespace

TEST_CASE("a number becomes what the parameter takes") {
  CHECK(constant(R"({"as_int": 3})").toInt() == 3);
  CHECK(constant(R"({"as_int": 3})", c10::FloatType::get()).toDouble() == 3);
  CHECK(constant(R"({"as_int": 3})", c10::OptionalType::create(c10::FloatType::get())).isDouble());
  CHECK(constant(R"({"as_int": 3})", kInts).toIntVector() == std::vector<int64_t>{3});
  CHECK(constant(R"({"as_int": 3})", kFloats).toDoubleVector() == std::vector<double>{3});
  CHECK(constant(R"({"as_float": 2.5})", kFloats).toDoubleVector() == std::vector<double>{2.5});
  CHECK(constant(R"({"as_ints": [1, 2]})", kFloats).toDoubleVector() == std::vector<double>{1, 2});
  CHECK(constant(R"({"as_bool": true})").toBool());
  CHECK(constant(R"({"as_bool": true})", c10::NumberType::get()).toInt() == 1);
}

TEST_CASE("numbers that JSON lacks are texts") {
  CHECK(constant(R"({"as_float": "-Infinity"})").toDouble() == -INFINITY);
  CHECK(std::isnan(constant(R"({"as_floats": [1, "NaN"]})").toDoubleVector()[1]));
  CHECK_THROWS_WITH(constant(R"({"as_float": "much"})"), "'much' in the place of a number");
}

TEST_CASE("types, layouts and memory formats have the schema's numbers") {
  CHECK(constant(R"({"as_scalar_type": 7})").toInt() == int64_t(at::kFloat));
  CHECK(constant(R"({"as_memory_format": 2})").toInt() == int64_t(at::MemoryFormat::ChannelsLast));
  CHECK(constant(R"({"as_layout": 7})").toInt() == int64_t(at::kStrided));
  CHECK(constant(R"({"as_device": {"type": "cuda", "index": 1}})").toDevice().is_cpu());
  CHECK_THROWS_WITH(constant(R"({"as_memory_format": 5})"), "memory format number 5");
  CHECK_THROWS_WITH(constant(R"({"as_layout": 1})"), "a layout that is not strided");
  CHECK_THROWS_WITH(constant(R"({"as_graph": {}})"), "an argument of kind as_graph");
  CHECK_THROWS_WITH(constant("[]"), "a value without a kind");
}

TEST_CASE("values are found by name, also in lists with numbers or gaps") {
  torch::jit::Graph graph;
  Pt2Values values(graph);
  auto* x = graph.addInput("x");
  auto* count = graph.addInput("n")->setType(c10::IntType::get());
  values.bind("n", count);
  values.bind("x", x);
  CHECK(values.read(Json::parse(R"({"as_tensor": {"name": "x"}})"), c10::AnyType::get()) == x);
  const auto* sizes =
      values.read(Json::parse(R"({"as_sym_ints": [{"as_name": "n"}, {"as_int": 4}]})"), c10::AnyType::get());
  CHECK(sizes->node()->input(0) == count);
  CHECK(torch::jit::toIValue(sizes->node()->input(1))->toInt() == 4);
  const auto* indices = values.read(
      Json::parse(R"({"as_optional_tensors": [{"as_none": true}, {"as_tensor": {"name": "x"}}]})"),
      c10::AnyType::get());
  CHECK(indices->node()->input(0)->mustBeNone());
  CHECK(indices->node()->input(1) == x);
  CHECK_THROWS_WITH(values.find("y"), "the value y, which nothing computes");
}
