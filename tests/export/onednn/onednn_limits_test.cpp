#include "export/onednn/onednn_limits.h"

#include "catch.h"

using namespace qtool;

namespace {

OperatorView op(const std::string& kind) {
  OperatorView view;
  view.name = "op";
  view.kind = "aten::" + kind;
  return view;
}

}  // namespace

TEST_CASE("layers give float32 and fuse what their kernels do") {
  const auto backend = onednn_backend();
  CHECK(backend.name == "libtorch-onednn");
  CHECK(backend.float_outputs);
  CHECK_FALSE(backend.dynamic_recurrence);
  const auto fuses = [&](const std::string& layer, const std::string& next) {
    return backend.fuses("aten::" + layer, op(next));
  };
  for (const char* next : {"hardswish", "silu"}) {
    CHECK(fuses("conv2d", next));
    CHECK(fuses("linear", next));
    CHECK_FALSE(fuses("conv1d", next));
  }
  CHECK(fuses("linear", "gelu"));
  CHECK_FALSE(fuses("conv2d", "gelu"));
  CHECK(fuses("conv2d", "add"));
  CHECK_FALSE(fuses("linear", "add"));
  CHECK_FALSE(fuses("linear", "tanh"));
}

TEST_CASE(
    "what is computed in float between two grids is better in float alone, layers, clips and moves are not") {
  const auto backend = onednn_backend();
  for (const char* kind : {"conv2d", "linear", "relu", "max_pool2d", "flatten"})
    CHECK(backend.better_in_float(op(kind)).empty());
  for (const char* kind : {"add", "cat", "adaptive_avg_pool2d", "sigmoid"})
    CHECK(backend.better_in_float(op(kind)) == "onednn:: has no kernel of it");
}

TEST_CASE("a transposed convolution has no kernel, whatever this LibTorch has") {
  CHECK(onednn_backend().objection(op("conv_transpose2d")) == "onednn:: has no transposed convolution");
}
