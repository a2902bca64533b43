#pragma once
#include <torch/csrc/jit/api/module.h>

namespace qtool {

/// Makes weights and biases of layers that forward() computes from attributes and constants alone attributes
/// themselves: weight norm, spectral norm, standardised weights, equalised learning rates, `F.linear(x,
/// self.encoder.weight.t())`. They are parameters where one of those is.
void fold_weights(torch::jit::Module& module);

}  // namespace qtool
