#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "base/peers.h"
#include "train/target_loss.h"

namespace qtool {

struct LossOptions {
  TargetLoss target = {};
  double distillation = 0;  ///< share of the loss that comes from the teacher
  double temperature = 2;   ///< by which both models' logits are divided before they are compared
  /// Of each output, see ErrorScales; empty: those of the batch itself.
  std::vector<double> error_scales = {};
};

/// How large a squared error of each of the teacher's outputs is to be called 1: the variance of what the output holds
/// over some batches. Where that is less than 1 % of its root mean square, squared, it is that: what hardly varies is
/// to be met to a hundredth. 0 for an output that holds nothing but zeros, of which there is nothing to learn.
class ErrorScales {
 public:
  void add(const std::vector<at::Tensor>& teacher);
  void add_up(const Peers& peers);  ///< what all have seen
  [[nodiscard]] std::vector<double> scales() const;

 private:
  struct Sums {
    double count = 0, sum = 0, square = 0;
  };
  std::vector<Sums> outputs_;
};

/// A loss and its gradient. Both are computed in one pass outside of autograd, which then begins at the model's
/// outputs.
struct Loss {
  double value = 0;
  /// About what a model that knows nothing of its input would have; of what is no cross entropy of labels, what each
  /// sample's answer costs by the targets of the next.
  double uninformed = 0;
  /// One for each output, of its shape and dtype; undefined where nothing flows back from it.
  std::vector<at::Tensor> gradients = {};
  void backward(const std::vector<at::Tensor>& outputs) const;
};

/// (1 - distillation) * hard + distillation * soft.
///
/// hard: what `target` says (no targets: allowed where distillation is 1). Of logits [N, C] and class numbers, which
/// the caller has checked, the mean cross entropy. The target is (1 - label_smoothing) on the label plus
/// label_smoothing / C on every class (Szegedy et al., arXiv:1512.00567).
/// soft: mean over all outputs to learn from: floating point, with a gradient, not empty, and with an axis of samples,
/// as one number for a whole batch is no answer to a sample. Of logits (measure/classes.h) the divergence KL(teacher
/// || model) at the temperature T, times T^2 (Hinton et al., arXiv:1503.02531), of other outputs the mean squared error
/// by its scale. `teacher` (empty: allowed where distillation is 0) has the same shapes.
/// Throws Error(kUsage) where teacher and model do not match, or there is no output to learn from.
[[nodiscard]] Loss training_loss(const std::vector<at::Tensor>& outputs,
                                 const std::vector<at::Tensor>& targets,
                                 const std::vector<at::Tensor>& teacher, const LossOptions& options);

}  // namespace qtool
