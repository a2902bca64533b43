#include "export/onnx/write_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "catch.h"
#include "data/files.h"
#include "graph/read/onnx_file.h"
#include "run/openvino_runtime.h"
#include "skip.h"
#include "small_net.h"

using namespace qtool;

TEST_CASE("INT4 stands two to a byte, the first in the lower half") {
  onnx::Model model{.name = "m"};
  model.initializers = {{"w", at::tensor({1, -2, 7, -8, 3}, at::kChar), /*is_int4=*/true}};
  // dims (1) packed: 5; type (2): INT4; name (8): w; raw (9): 3 bytes, 1 | 14 << 4, 7 | 8 << 4, 3.
  const std::string tensor("\x0a\x01\x05\x10\x16\x42\x01w\x4a\x03\xe1\x87\x03", 13);
  CHECK(onnx::serialize(model).find(tensor) != std::string::npos);
}

TEST_CASE("other element types stand as they are in memory") {
  onnx::Model model{.name = "m"};
  model.initializers = {{"w", at::tensor({1, -2}, at::kChar)}};
  const std::string tensor("\x0a\x01\x02\x10\x03\x42\x01w\x4a\x02\x01\xfe", 12);
  CHECK(onnx::serialize(model).find(tensor) != std::string::npos);
}

namespace {

/// Two weights that lie outside a message of 8 kB, one of which ends in the middle of a page, and a small one.
onnx::Model large_model() {
  onnx::Model model{.name = "m"};
  model.initializers = {{"a", noise({30, 50}, 1)}, {"b", noise({50, 40}, 2)}, {"c", noise({40}, 3)}};
  model.nodes = {{"MatMul", "x", {"in", "a"}, {"x"}, {}},
                 {"MatMul", "y", {"x", "b"}, {"y"}, {}},
                 {"Add", "out", {"y", "c"}, {"out"}, {}}};
  model.inputs = {{"in", at::kFloat, {std::string("batch"), int64_t(30)}}};
  model.outputs = {{"out", at::kFloat, {std::string("batch"), int64_t(40)}}};
  return model;
}

constexpr size_t kFewBytes = 8000;

std::string reading_problem(const std::string& path) {
  try {
    (void)read_onnx(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("weights that a message cannot hold lie in a file beside it, each at the begin of a page") {
  const TemporaryFolder folder;
  const auto path = folder / "model.onnx", data = onnx_data_file(path);
  onnx::write_model(large_model(), path, kFewBytes);
  CHECK(std::filesystem::file_size(path) < 1000);
  const auto bytes = get(data);
  REQUIRE(bytes.size() == 8192 + 50 * 40 * 4);
  CHECK(bytes.substr(0, 6000) == std::string(static_cast<const char*>(noise({30, 50}, 1).data_ptr()), 6000));
  CHECK(bytes.substr(8192) == std::string(static_cast<const char*>(noise({50, 40}, 2).data_ptr()), 8000));
  const auto file = read_onnx(path);
  CHECK(file.parameters == 30 * 50 + 50 * 40 + 40);
  CHECK(file.data_files == std::set<std::string>{"model.onnx.data"});
  // One that a message can hold takes its place, and nothing of it stays.
  onnx::write_model(large_model(), path);
  CHECK_FALSE(std::filesystem::exists(data));
  CHECK(read_onnx(path).data_files.empty());
}

TEST_CASE("a file of weights that is missing, cut or another one is refused by name") {
  const TemporaryFolder folder;
  const auto path = folder / "model.onnx", data = onnx_data_file(path);
  onnx::write_model(large_model(), path, kFewBytes);
  auto bytes = get(data);
  put(data, bytes.substr(0, 12000));
  CHECK_THAT(reading_problem(path),
             contains("less or more data than the weight 'b' has, in the file 'model.onnx.data'"));
  bytes[9000] ^= 1;
  put(data, bytes);
  CHECK_THAT(reading_problem(path),
             contains("weights in the file 'model.onnx.data' that are not those of this model"));
  std::filesystem::remove(data);
  CHECK_THAT(reading_problem(path), contains("no file 'model.onnx.data', which has the weight 'a'"));
}

TEST_CASE("a graph that is too large without its weights is refused, and nothing is left") {
  const TemporaryFolder folder;
  const auto path = folder / "model.onnx";
  CHECK_THROWS_WITH(onnx::write_model(large_model(), path, 200), contains("bytes without its weights"));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("OpenVINO finds the weights beside the file", "[.openvino]") {
  if (const auto why = why_no_openvino(); !why.empty()) skip(why);
  const TemporaryFolder folder;
  onnx::write_model(large_model(), folder / "model.onnx", kFewBytes);
  const auto input = noise({3, 30}, 4);
  const auto expected = input.matmul(noise({30, 50}, 1)).matmul(noise({50, 40}, 2)) + noise({40}, 3);
  const auto got = openvino_runtime(folder / "model.onnx")->run({input})[0];
  CHECK((got - expected).abs().max().item<float>() < 1e-3F);
}
