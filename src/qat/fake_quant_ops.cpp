#include "qat/fake_quant_ops.h"

#include <torch/library.h>

#include "graph/passes/fold_batch_norm.h"
#include "qat/batch_norm_ops.h"
#include "qat/fake_quant_activation.h"
#include "qat/fake_quant_weight.h"

namespace qtool {

void register_fake_quant_operators() {
  static torch::Library library = [] {
    torch::Library operators(torch::Library::DEF, "qtool", {}, __FILE__, __LINE__);
    operators.def(
        "fake_quant_activation(Tensor x, Tensor(a!) low, Tensor(b!) high, Tensor(c!) scale, Tensor(d!) "
        "zero_point, "
        "Tensor observe, Tensor enabled, int bits, bool symmetric, bool learned, float clip_low, float "
        "clip_high) "
        "-> Tensor",
        torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(fake_quant_activation)));
    operators.def(
        "fake_quant_weight(Tensor weight, Tensor(a!) scale, Tensor observe, Tensor enabled, int bits, int "
        "axis, "
        "bool learned) -> Tensor",
        torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(fake_quant_weight)));
    operators.def("batch_norm_factor(Tensor gamma, Tensor var, float eps) -> Tensor",
                  torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(batch_norm_factor)));
    operators.def("times_channels(Tensor weight, Tensor factor, int axis, int groups) -> Tensor",
                  torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(times_channels)));
    operators.def(
        "batch_norm_in_fold(Tensor y, Tensor gamma, Tensor beta, Tensor(a!) mean, Tensor(b!) var, Tensor "
        "frozen, "
        "float eps) -> Tensor",
        torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(batch_norm_in_fold)));
    operators.def(
        "batch_norm_fake_quant(Tensor y, Tensor gamma, Tensor beta, Tensor(a!) mean, Tensor(b!) var, Tensor "
        "frozen, float eps, Tensor(c!) low, Tensor(d!) high, Tensor(e!) scale, Tensor(f!) zero_point, Tensor "
        "observe, Tensor enabled, int bits, bool symmetric, bool learned, float clip_low, float clip_high) "
        "-> "
        "Tensor",
        torch::dispatch(c10::DispatchKey::CompositeImplicitAutograd, TORCH_FN(batch_norm_fake_quant)));
    return operators;
  }();
}

}  // namespace qtool
