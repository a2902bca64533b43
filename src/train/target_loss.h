#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "graph/user_module.h"

namespace qtool {

enum class TargetLossKind { kCrossEntropy, kMse, kDistillation };
template <>
struct Names<TargetLossKind> {
  static constexpr const char* kind = "loss";
  static constexpr NamedValue<TargetLossKind> table[] = {
      {TargetLossKind::kCrossEntropy, "cross_entropy", "of class numbers, class maps or tokens"},
      {TargetLossKind::kMse, "mse", "mean squared error of targets of the output's shape"},
      {TargetLossKind::kDistillation, "distillation", "none but that of the teacher's answers"}};
};

/// How outputs are held against the data's targets in training: what `--loss` asks for.
struct TargetLoss {
  std::optional<TargetLossKind> kind = {};     ///< not given: what outputs and targets are made for
  std::shared_ptr<const UserModule> own = {};  ///< of the user's: forward(outputs, targets) is the loss
  double label_smoothing = 0;  ///< of cross entropy: share of the target that is spread over all classes

  /// One number, with gradients of the outputs where the caller records them. Throws Error(kUsage) where it does not
  /// apply to outputs and targets, or the user's own fails or gives something else.
  [[nodiscard]] at::Tensor operator()(const std::vector<at::Tensor>& outputs,
                                      const std::vector<at::Tensor>& targets) const;
  /// Whether it is the cross entropy of logits [N, C] and class numbers.
  [[nodiscard]] bool is_of_labels(const std::vector<at::Tensor>& outputs,
                                  const std::vector<at::Tensor>& targets) const;
};

/// One line for people.
inline constexpr const char* kHelpOfLoss =
    "loss by the targets, or a TorchScript file of your own; not given: by what outputs and targets are";

/// The loss of this name or file; of an empty text what fits. Throws Error(kUsage) where there is none such, or a file
/// is no TorchScript with a forward(outputs, targets).
[[nodiscard]] TargetLoss choose_loss(const std::string& text, double label_smoothing);

}  // namespace qtool
