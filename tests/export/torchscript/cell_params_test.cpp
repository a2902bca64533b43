#include "export/torchscript/cell_params.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "export/lowering/stored_module.h"
#include "export/torchscript/engine.h"
#include "export/weight_scales.h"
// Last: the glog that some builds of LibTorch have defines CHECK, too.
#include "catch.h"

using namespace qtool;

namespace {

/// A cell of two outputs that reads two values.
Cell cell() {
  return {.weight_ih = at::tensor({1.0F, -1.0F, 0.5F, 0.25F}).view({2, 2}),
          .weight_hh = at::tensor({2.0F, 0.0F, 0.0F, -2.0F}).view({2, 2}),
          .bias_ih = at::tensor({0.5F, 1.5F}),
          .bias_hh = {},
          .qparams_ih = weight_scales({0.25, 0.125}),
          .qparams_hh = weight_scales({0.5, 0.5})};
}

}  // namespace

TEST_CASE(
    "a cell is held at its bits with its scales and biases, and packed again when the file is "
    "loaded") {
  const EngineScope engine(choose_engine(Engine::kAuto));
  const auto state = stored_cell("rnn.int8.l0", cell(), /*reduce_range=*/true, "rnn");
  auto module = loaded(state, {"rnn.int8.l0.cell_params"});
  const auto held = module.attr("rnn").toModule().attr("int8").toModule().attr("l0").toModule();
  CHECK(held.attr("weight_ih").toTensor().scalar_type() == at::kByte);
  CHECK(held.attr("weight_hh").toTensor().scalar_type() == at::kByte);
  CHECK(held.attr("weight_ih_scale").toTensor().equal(at::tensor({0.25F, 0.125F})));
  CHECK(held.attr("bias_ih").toTensor().equal(at::tensor({0.5F, 1.5F})));
  CHECK(held.attr("bias_hh").toTensor().equal(at::zeros({2})));  // it had none
  CHECK(module.forward({}).toTupleRef().elements().at(0).isObject());
}
