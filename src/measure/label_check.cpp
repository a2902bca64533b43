#include "measure/label_check.h"

#include <utility>

#include "measure/classes.h"

namespace qtool {

void LabelCheck::check(const at::Tensor& output) {
  if (!labels_.defined() || !is_logits(output)) return;
  const at::Tensor labels = std::exchange(labels_, at::Tensor());
  check_labels(
      labels, output.size(1), [this](int64_t index) { return loader_.name_of(index); }, loader_.name());
}

}  // namespace qtool
