#include "export/pt2/json_values.h"

#include <ATen/ops/ones.h>

#include <limits>
#include <nlohmann/json.hpp>
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

std::string constant(const c10::IValue& value, const std::string& parameter = "dim",
                     const c10::TypePtr& type = c10::AnyType::get()) {
  return pt2_constant(value, parameter, type).dump();
}

}  // namespace

TEST_CASE("a whole number is what its parameter is") {
  CHECK(constant(3) == R"({"as_int":3})");
  CHECK(constant(int64_t(at::kFloat), "dtype") == R"({"as_scalar_type":7})");
  CHECK(constant(int64_t(at::MemoryFormat::ChannelsLast), "memory_format") == R"({"as_memory_format":2})");
  CHECK(constant(int64_t(at::MemoryFormat::Preserve), "memory_format") == R"({"as_memory_format":4})");
  CHECK(constant(0, "layout") == R"({"as_layout":7})");
  CHECK(constant(3, "eps", c10::OptionalType::create(c10::FloatType::get())) == R"({"as_float":3.0})");
}

TEST_CASE("other constants have a kind each, and numbers that JSON lacks are texts") {
  CHECK(constant(c10::IValue()) == R"({"as_none":true})");
  CHECK(constant(true) == R"({"as_bool":true})");
  CHECK(constant("tanh") == R"({"as_string":"tanh"})");
  CHECK(constant(-std::numeric_limits<double>::infinity()) == R"({"as_float":"-Infinity"})");
  CHECK(constant(std::vector<int64_t>{1, 2}) == R"({"as_ints":[1,2]})");
  CHECK(constant(std::vector<double>{0.5, std::numeric_limits<double>::quiet_NaN()}) ==
        R"({"as_floats":[0.5,"NaN"]})");
  CHECK(constant(c10::List<bool>({true, false})) == R"({"as_bools":[true,false]})");
  CHECK(constant(at::Device("cuda:1")) == R"({"as_device":{"type":"cpu","index":null}})");
  CHECK_THROWS_WITH(constant(c10::List<std::string>({"a"})), contains("a type that a program cannot say"));
}

TEST_CASE("a tensor is described by type, sizes and strides") {
  CHECK(pt2_type_number(at::kChar) == 2);
  CHECK_THROWS_WITH(pt2_type_number(at::kQInt8), contains("QInt8"));
  const auto meta = pt2_tensor_meta(at::ones({2, 3}).t());
  CHECK(meta.at("dtype") == 7);
  CHECK(meta.at("sizes").dump() == R"([{"as_int":3},{"as_int":2}])");
  CHECK(meta.at("strides").dump() == R"([{"as_int":1},{"as_int":3}])");
  const auto batch = *parse_size_expression("Symbol('s0', integer=True)");
  CHECK(pt2_size(batch, 4).dump() ==
        R"j({"as_expr":{"expr_str":"Symbol('s0', integer=True)","hint":{"as_int":4}}})j");
  CHECK(pt2_size(*parse_size_expression("Integer(5)"), 5).dump() == R"({"as_int":5})");
}
