#include "measure/agreement.h"

#include <ATen/ops/argmax.h>

#include <algorithm>

#include "base/error.h"
#include "measure/classes.h"

namespace qtool {

void AgreementMeter::add(const std::vector<at::Tensor>& reference, const std::vector<at::Tensor>& outputs) {
  if (reference.size() != outputs.size() || reference.empty())
    throw Error(ErrorKind::kUsage, {.what = "two models cannot be compared: they have not the same outputs",
                                    .got = std::to_string(outputs.size()) + " outputs",
                                    .expected = std::to_string(reference.size()) + " outputs",
                                    .fix = "compare models that answer the same question"});
  for (size_t i = 0; i < reference.size(); ++i) similarity_.add(reference[i], outputs[i]);
  const at::Tensor &first = reference[0], &second = outputs[0];
  const int64_t samples = first.dim() > 0 ? first.size(0) : 1;
  samples_ += samples;
  has_classes_ = has_classes_ && is_logits(first) && is_logits(second) && first.sizes() == second.sizes();
  if (has_classes_ && samples > 0) compare_top1(first, second);
}

void AgreementMeter::compare_top1(const at::Tensor& reference, const at::Tensor& output) {
  const at::Tensor rows = reference.detach().to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor best = at::argmax(reference, 1).cpu(), other = at::argmax(output, 1).cpu();
  const int64_t classes = rows.size(1);
  const auto* row = rows.data_ptr<float>();
  for (int64_t i = 0; i < rows.size(0); ++i, row += classes) {
    const int64_t a = best.data_ptr<int64_t>()[i], b = other.data_ptr<int64_t>()[i];
    if (a == b) {
      ++same_top1_;
      continue;
    }
    const auto [low, high] = std::minmax_element(row, row + classes);
    const double tie = step_ > 0 ? 2 * step_ : (double(*high) - double(*low)) / 128;
    unlike_top1_ += !(double(row[a]) - double(row[b]) <= tie);  // negated, so that NaN counts
  }
}

Agreement AgreementMeter::agreement() const {
  return {.samples = samples_,
          .same_top1 = has_classes_ ? std::optional(same_top1_) : std::nullopt,
          .unlike_top1 = unlike_top1_,
          .cosine = similarity_.cosine(),
          .sqnr_db = similarity_.sqnr_db(),
          .max_difference = similarity_.max_difference(),
          .differing = similarity_.differing()};
}

}  // namespace qtool
