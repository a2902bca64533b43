#pragma once
/// Fake-quant as training runs it: operators of our own in the graph, with their gradients, that do in one pass what
/// takes LibTorch's three (observe, quantize, ReLU) and write no more than the result and one byte a value.
///
///   qtool::fake_quant_activation(Tensor x, Tensor(a!) low, Tensor(b!) high, Tensor(c!) scale, Tensor(d!) zero_point,
///       Tensor observe, Tensor enabled, int bits, bool symmetric, bool learned, float clip_low, float clip_high)
///       -> Tensor
///
/// y = fake-quant of x (float32, any shape), on the uint grid of `bits`. What a ReLU or hardtanh before it would do is
/// done here: values are held within [clip_low, clip_high]. `low`, `high`, `scale` float32 [1], `zero_point` int32 [1],
/// the switches `observe` and `enabled` int64 [1]. While observing, the batch's range goes into `low` and `high`
/// (exponential average, 1 % a batch, as PyTorch's MovingAverageMinMaxObserver), and the *next* step's grid follows
/// from them; not where gradients are off. Where the step is `learned`, `scale` gets a gradient, and observing changes
/// nothing.
///
///   qtool::fake_quant_weight(Tensor weight, Tensor(a!) scale, Tensor observe, Tensor enabled, int bits, int axis,
///       bool learned) -> Tensor
///
/// Symmetric, along `axis` (-1: one scale), `scale` float32 [C]. While observing, each scale covers its channel's
/// range; where it is `learned`, it gets a gradient instead. axis 0 is the fast one.
///
///   qtool::batch_norm_factor(Tensor gamma, Tensor var, float eps) -> Tensor
///   qtool::times_channels(Tensor weight, Tensor factor, int axis, int groups) -> Tensor
///
/// gamma / sqrt(var + eps), float32 [C]; and the product along the channels, as graph/passes/fold_batch_norm.h has it.
///
///   qtool::batch_norm_in_fold(Tensor y, Tensor gamma, Tensor beta, Tensor(a!) mean, Tensor(b!) var, Tensor frozen,
///       float eps) -> Tensor
///
/// Batch norm after a layer whose weight was multiplied by gamma / sqrt(var + eps) already, y [N, C, ...]: with the
/// statistics of the batch, which also move `mean` and `var` (10 % a batch), or, once `frozen` (int64 [1]), with those
/// stored, where only a bias is left to add. Source: Krishnamoorthi, arXiv:1806.08342, section 3.2.2.
///
///   qtool::batch_norm_fake_quant(Tensor y, Tensor gamma, Tensor beta, Tensor(a!) mean, Tensor(b!) var, Tensor frozen,
///       float eps, Tensor(c!) low, Tensor(d!) high, Tensor(e!) scale, Tensor(f!) zero_point, Tensor observe,
///       Tensor enabled, int bits, bool symmetric, bool learned, float clip_low, float clip_high) -> Tensor
///
/// fake_quant_activation of batch_norm_in_fold. Where the channels of y lie beside each other in
/// memory (channels last), it reads y twice and writes once, and its gradient reads dy, mask and y twice and writes
/// once.
///
/// On a GPU, qat/fake_quant_on_gpu.h does the work; qat/staying_on_cpu.h says which tensors are on the CPU
/// even then.
///
/// Gradients: qat/fake_quant_kernels.h. A learned step's is scaled by 1 / sqrt(values of the channel * qmax).

namespace qtool {

/// Makes the operators known to LibTorch, once.
void register_fake_quant_operators();

}  // namespace qtool
