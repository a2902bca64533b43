#pragma once
#include <ATen/core/Tensor.h>

#include "data/loader.h"

namespace qtool {

/// Holds all labels of the data against the classes of a model before anything long is done: the loader may give only
/// some of the samples, or the wrong one last.
class LabelCheck {
 public:
  /// Reads the labels; ends a pass that is under way.
  explicit LabelCheck(Loader& loader) : loader_(loader), labels_(loader.labels()) {}
  /// `output` is the first of a model. The first time that it is logits, throws as check_labels() does.
  void check(const at::Tensor& output);

 private:
  Loader& loader_;
  at::Tensor labels_;  ///< undefined where none are to be checked
};

}  // namespace qtool
