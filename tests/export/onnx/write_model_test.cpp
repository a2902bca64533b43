#include "export/onnx/write_model.h"

#include <ATen/ops/tensor.h>

#include <string>

#include "catch.h"

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
