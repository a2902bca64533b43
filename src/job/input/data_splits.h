#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "data/input_order.h"
#include "data/spec.h"
#include "graph/model.h"

namespace qtool {

/// The spec with `split` where it names none itself: calibration and training take the training split,
/// accuracy is measured on the test split.
[[nodiscard]] DataSpec spec_of_split(const std::string& text, Split split);

/// Inputs of models that read the same batches. Throws Error(kUsage) where one is no tensor.
[[nodiscard]] ReaderInputs inputs_of(const std::vector<Model>& models);
/// Inputs for the model: the first samples of the training split.
[[nodiscard]] std::vector<at::Tensor> first_samples(const Model& model, const std::string& data,
                                                    int64_t count);

}  // namespace qtool
