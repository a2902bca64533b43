#include "run/openvino_runtime.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>

#include "catch.h"
#include "run/onnx_parts.h"
#include "run/open_runtime.h"

using namespace qtool;
using namespace qtool::onnx_parts;

namespace {

std::unique_ptr<RuntimeModel> opened(const std::string& bytes) { return open_runtime(File(bytes).path); }

template <class Action>
Complaint complaint_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK_FALSE(error.complaint().fix.empty());
    return error.complaint();
  }
  FAIL("no error");
  return {};
}

at::Tensor rows(int64_t count) { return at::arange(count * 3, at::kFloat).view({count, 3}); }

}  // namespace

TEST_CASE("OpenVINO runs an ONNX file, whatever the number of samples") {
  CHECK(why_no_openvino().empty());
  const auto model = opened(doubling());
  CHECK(model->runtime().rfind("OpenVINO 20", 0) == 0);
  CHECK(model->input_names() == std::vector<std::string>{"x"});
  for (const int64_t batch : {1, 4, 2}) {
    const auto outputs = model->run({rows(batch)});
    REQUIRE(outputs.size() == 1);
    CHECK(outputs[0].equal(rows(batch) * 2));
  }
}

TEST_CASE("outputs stay when the model runs again") {
  const auto model = opened(doubling());
  const auto first = model->run({rows(1)});
  (void)model->run({rows(1) + 5});
  CHECK(first.at(0).equal(rows(1) * 2));
}

TEST_CASE("inputs and outputs come in the order of the file") {
  const auto model =
      opened(onnx_parts::model({{1, node("Sub", {"a", "b"}, "first")},
                                {1, node("Cast", {"a"}, "second", {integer_attribute("to", 7)})},
                                {11, value("a", {-1, 3})},
                                {11, value("b", {-1, 3})},
                                {12, value("second", {-1, 3}, 7)},
                                {12, value("first", {-1, 3})}}));
  CHECK(model->input_names() == std::vector<std::string>{"a", "b"});
  const auto outputs = model->run({rows(2), rows(2) * 3});
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].equal(rows(2).to(at::kLong)));
  CHECK(outputs[1].equal(rows(2) * -2));
}

TEST_CASE("float32 is computed in float32") {
  const auto model =
      opened(onnx_parts::model({{1, node("MatMul", {"x", "w"}, "y")},
                                {5, tensor("w", {1, 1}, 1, std::string("\x01\x00\x80\x3f", 4))},
                                {11, value("x", {-1, 1})},
                                {12, value("y", {-1, 1})}}));
  const auto x = at::ones({5, 1});
  CHECK(model->run({x}).at(0).equal(x * 1.00000012F));
}

TEST_CASE("tensors are converted where no value changes") {
  const auto model = opened(onnx_parts::model({{1, node("Add", {"x", "x"}, "y")},
                                               {11, value("x", {-1}, 6)},  // int32
                                               {12, value("y", {-1}, 6)}}));
  CHECK(model->run({at::arange(3)}).at(0).equal(at::arange(3).to(at::kInt) * 2));
  const auto large = complaint_of([&] { (void)model->run({at::arange(3) + (1L << 40)}); });
  CHECK(large.got == "Long with values that the other type has not");
  CHECK(large.expected == "Int");
  CHECK(complaint_of([&] { (void)model->run({rows(1)[0]}); }).got == "Float");
}

TEST_CASE("data that an ONNX file does not take is told of") {
  const auto model = opened(doubling());
  CHECK(complaint_of([&] { (void)model->run({}); }).expected == "1 by the model");
  const auto shape = complaint_of([&] { (void)model->run({at::ones({2, 4})}); });
  CHECK(shape.got == "[2, 4]");
  CHECK(shape.expected == "[any, 3]");
  const auto fixed = opened(
      onnx_parts::model({{1, node("Relu", {"x"}, "y")}, {11, value("x", {1, 3})}, {12, value("y", {1, 3})}}));
  CHECK(complaint_of([&] { (void)fixed->run({rows(2)}); }).fix.rfind("add batch=1 to --data", 0) == 0);
}

TEST_CASE("ONNX files that OpenVINO does not take are told of in its words") {
  const auto of = [](const std::string& bytes) { return complaint_of([&] { (void)opened(bytes); }); };
  CHECK(of(onnx_parts::model({{1, node("Whirl", {"x"}, "y")}, {11, value("x", {3})}, {12, value("y", {3})}}))
            .got.find("Whirl") != std::string::npos);
  CHECK(of(onnx_parts::model({{1, node("Relu", {"q"}, "y")}, {11, value("x", {3})}, {12, value("y", {3})}}))
            .got.find('q') != std::string::npos);
  CHECK(of(doubling(99)).got == "opset 99");
}
