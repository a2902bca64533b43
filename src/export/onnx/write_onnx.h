#pragma once
#include <map>
#include <string>
#include <vector>

#include "export/onnx/free_lengths.h"
#include "export/onnx/grids.h"
#include "solve/solution.h"

namespace qtool::onnx {

/// The float model, or with `grids` the quantized one, as an ONNX graph: QDQ on float operators. `model` is canonical;
/// `example` has its inputs, a batch of at least one sample: the file's shapes are those, but for the first dimension,
/// the batch, which is free, and for those of `lengths` at which the model runs and gives the same file whether they
/// are as in `example` or shorter. Throws Error(kUnquantizable) by operator and source line where ONNX cannot hold one.
[[nodiscard]] Model convert(const qtool::Model& model, const std::vector<at::Tensor>& example,
                            const Grids* grids = nullptr, const std::vector<FreeLength>& lengths = {});

}  // namespace qtool::onnx
