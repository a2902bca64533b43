#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qtool {

/// Whether the tensor is taken for a number for each of at least two classes: floating point [N, C]. Only of such an
/// output, the first of a model, there is a top-1.
[[nodiscard]] bool is_logits(const at::Tensor& output);

/// Whether the tensor is taken for class numbers: whole numbers [N].
[[nodiscard]] bool are_labels(const at::Tensor& target);

/// Throws Error(kUsage) with value, sample and number of classes where a label lies outside [0, classes).
/// `labels` int64 [N]; `name_of` says what the sample of labels[i] is called; `where` names the data.
void check_labels(const at::Tensor& labels, int64_t classes,
                  const std::function<std::string(int64_t)>& name_of, const std::string& where);

/// How many classes each row of logits [N, classes] puts before the sample's label (int64 [N]). Of classes with the
/// same value the one with the lower number comes first, as in argmax; a NaN comes before everything, so that a row
/// with NaN has no label first. Throws Error(kUsage) where `output` is not floating point [N, classes], and as
/// check_labels() does; `first_sample` is the number of the first row in messages.
[[nodiscard]] std::vector<int64_t> ranks_of_labels(const at::Tensor& output, const at::Tensor& labels,
                                                   const std::string& where, int64_t first_sample);

}  // namespace qtool
