#pragma once
#include "graph/model.h"

namespace qtool {

/// One normal form for every spelling of a network, so that scripted and traced files of it give the same
/// plan.
///
///   in float32      what half, bfloat16 and double tensors compute (graph/passes/compute_in_float32.h)
///   inlined         forward() is one graph; constants propagated; what is dead, removed
///   functional      relu_() and the like become relu()
///   one spelling    aten::_convolution -> conv1d/2d/3d/conv_transpose*;
///                   addmm and matmul with a transposed weight -> linear;
///                   relu6 and clamp(0, 6) -> hardtanh; clamp(min=0) -> relu; dropout -> nothing
///   state           attributes that forward() writes are read at its beginning and written at its end
///                   (graph/passes/carry_state.h)
///   padded          zeros in front of a convolution, the same on both sides, become its padding
///   named           the output of each operator is called after the module that it stands in
///                   (graph/passes/site_names.h); tensors are attributes under their module path, weights under
///                   `<operator>.weight`
///   folded          batch norm after a convolution or linear layer becomes part of its weight and bias
///
/// The input model is not changed. Throws Error(kUnquantizable) where forward() changes attributes in place, or
/// a weight is NaN or infinite. Canonicalising twice gives the same text.
[[nodiscard]] Model canonicalise(const Model& model);

/// The same without the last step: batch norms are still there, for training to change.
[[nodiscard]] Model canonicalise_unfolded(const Model& model);

/// Whether a model computes in half, bfloat16 or double: whether in_float32() changes it.
[[nodiscard]] bool computes_in_other_floats(const Model& model);

/// The model as it is, but for computing in float32: what runs where LibTorch has no kernels for its types.
[[nodiscard]] Model in_float32(const Model& model);

/// The last step: canonicalise(model) is with_folded_batch_norm(canonicalise_unfolded(model)).
[[nodiscard]] Model with_folded_batch_norm(const Model& unfolded);

}  // namespace qtool
