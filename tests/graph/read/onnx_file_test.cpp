#include "graph/read/onnx_file.h"

#include "base/error.h"
#include "catch.h"
#include "run/onnx_parts.h"

using namespace qtool;
using namespace qtool::onnx_parts;

namespace {

std::string got_from(const std::string& bytes) {
  const File file(bytes);
  try {
    (void)read_onnx(file.path);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.complaint().where == file.path);
    return error.complaint().got;
  }
  return "";
}

std::string with_weight(const std::string& weight) { return model({{5, weight}}); }

}  // namespace

TEST_CASE("an ONNX file tells what is in it") {
  const std::string weight(12, '\0');
  const File file(model({{1, node("Add", {"x", "w"}, "a")},
                         {1, node("Relu", {"a"}, "y")},
                         {1, node("Relu", {"a"}, "z")},
                         {5, tensor("w", {3}, 1, weight)},
                         {11, value("x", {-1, 3})},
                         {11, value("w", {3})},
                         {12, value("y", {2, 3})}}) +
                  message({{14, message({{1, "sha256"}, {2, "abc"}})}}));
  const auto read = read_onnx(file.path);
  CHECK(read.ir_version == 10);
  CHECK(read.opsets == std::map<std::string, int64_t>{{"", 21}});
  CHECK(read.producer == "qtool 0.1");
  REQUIRE(read.inputs.size() == 1);  // the other one has its value in the file
  CHECK(read.inputs[0].name == "x");
  CHECK(read.inputs[0].type == "float32[batch, 3]");
  REQUIRE(read.outputs.size() == 1);
  CHECK(read.outputs[0].type == "float32[2, 3]");
  CHECK(read.operators == std::map<std::string, int64_t>{{"Add", 1}, {"Relu", 2}});
  CHECK(read.tensors == 1);
  CHECK(read.parameters == 3);
  REQUIRE(read.metadata.size() == 1);
  CHECK(read.metadata[0].second == "abc");
}

TEST_CASE("ONNX files are known by their first bytes") {
  CHECK(is_onnx(doubling()));
  CHECK(is_onnx(doubling().substr(0, 10)));
  CHECK(is_onnx(message({{7, std::string(5000, '\0')}}).substr(0, 4096)));  // a graph that stands first
  CHECK_FALSE(is_onnx("PK\x03\x04"));
  CHECK_FALSE(is_onnx("hello"));
  CHECK_FALSE(is_onnx("\x80\x02"));
  CHECK_FALSE(is_onnx(""));
}

TEST_CASE("tensors with less or more data than their shape says are refused") {
  CHECK(got_from(with_weight(tensor("w", {3}, 1, std::string(12, '\0')))).empty());
  CHECK(got_from(with_weight(tensor("w", {3}, 22, std::string(2, '\0')))).empty());  // int4: two in a byte
  CHECK(got_from(with_weight(tensor("w", {1000}, 1, "0123"))) == "less or more data than the tensor 'w' has");
  CHECK(got_from(with_weight(tensor("w", {-1}, 1, "0123"))) == "a tensor with -1 in its shape");
  CHECK(got_from(with_weight(tensor("w", {1L << 30, 1L << 30}, 1, "0123"))) ==
        "a tensor of more than 2^40 numbers");
  CHECK(got_from(with_weight(tensor("w", {1}, 99, "0123"))) == "a tensor of type 99");
}

TEST_CASE("weights outside the file lie beside it") {
  const auto outside = [](const std::string& location) {
    return number(1, 4) + number(2, 1, message({{8, "w"}, {13, message({{1, "location"}, {2, location}})}})) +
           number(14, 1);
  };
  CHECK(got_from(with_weight(outside("../w.bin"))) == "the weight 'w' in the file '../w.bin'");
  CHECK(got_from(with_weight(outside("/etc/passwd"))) == "the weight 'w' in the file '/etc/passwd'");
  CHECK(got_from(with_weight(outside("nothing.bin"))) == "no file 'nothing.bin', which has the weight 'w'");
}

TEST_CASE("nodes without their inputs are refused") {
  CHECK(got_from(model({{1, node("Conv", {"x"}, "y")}})) == "1 input of Conv");
  CHECK(got_from(model({{1, node("Relu", {""}, "y")}})) == "0 inputs of Relu");
  CHECK(got_from(model({{1, node("Constant", {}, "y")}})).empty());
}

TEST_CASE("graphs that stand deep in each other are refused") {
  std::string graph = message({{1, node("Relu", {"x"}, "y")}});
  for (int i = 0; i < 40; ++i)
    graph = message({{1, node("If", {"c"}, "y", {message({{1, "then_branch"}, {6, graph}})})}});
  CHECK(got_from(number(1, 10, message({{7, graph}}))) == "graphs more than 32 deep");
}

TEST_CASE("an ONNX file cut off at any length is refused") {
  const auto whole = doubling();
  for (size_t length = 1; length < whole.size(); ++length) {
    const auto got = got_from(whole.substr(0, length));
    // Without what stands behind the graph it is whole to protobuf, and has no opset.
    if (got.empty()) CHECK(length + 10 > whole.size());
  }
}
