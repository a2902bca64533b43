#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/loader.h"
#include "graph/model.h"

namespace qtool {

/// Classification accuracy of a model's first output [N, classes] against labels. Fractions from 0 to 1.
struct Accuracy {
  int64_t samples = 0;
  int64_t top1_right = 0;
  int64_t top5_right = 0;
  int64_t right_from_one = 0;  ///< top-1 right if the labels counted from 1
  bool has_zero = false;       ///< a label was 0
  [[nodiscard]] double top1() const { return samples ? double(top1_right) / double(samples) : 0.0; }
  [[nodiscard]] double top5() const { return samples ? double(top5_right) / double(samples) : 0.0; }
};

/// Where labels that count from 1 would fit much better than they do.
[[nodiscard]] std::optional<std::string> label_warning(const Accuracy& accuracy);

/// Whether the tensor is taken for a number for each of at least two classes: floating point [N, C]. Only of such an
/// output, the first of a model, there is a top-1.
[[nodiscard]] bool is_logits(const at::Tensor& output);

/// Throws Error(kUsage) with value, sample and number of classes where a label lies outside [0, classes).
/// `labels` int64 [N]; `name_of` says what the sample of labels[i] is called; `where` names the data.
void check_labels(const at::Tensor& labels, int64_t classes,
                  const std::function<std::string(int64_t)>& name_of, const std::string& where);

/// Throws Error(kUsage) where `output` is not floating point [N, classes] with N labels.
void check_logits(const at::Tensor& output, const at::Tensor& labels, const std::string& where);

/// Counts right answers over batches. Of classes with the same value, the one with the lower number ranks
/// first, as in argmax; a NaN ranks above everything, so an output with NaN is never right.
class AccuracyMeter {
 public:
  /// `where` names the model in errors.
  explicit AccuracyMeter(std::string where) : where_(std::move(where)) {}
  /// output float [N, classes], labels int64 [N]; throws as check_logits() and check_labels() do.
  void add(const at::Tensor& output, const at::Tensor& labels);
  [[nodiscard]] const Accuracy& accuracy() const { return accuracy_; }
  /// One entry for each sample seen, in order: was its top-1 right?
  [[nodiscard]] const std::vector<bool>& right() const { return right_; }

 private:
  std::string where_;
  Accuracy accuracy_;
  std::vector<bool> right_;
};

/// One pass of the loader; the model's mode is left as it is. Throws Error(kUsage) where the data has no
/// labels or no samples.
[[nodiscard]] Accuracy accuracy(Model& model, Loader& loader);

}  // namespace qtool
