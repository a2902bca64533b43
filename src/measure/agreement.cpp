#include "measure/agreement.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/sum.h>

#include "core/error.h"

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
  if (first.numel() == 0) return;
  const auto top1 = [&](const at::Tensor& x) { return at::argmax(x.detach().reshape({samples, -1}), 1); };
  same_top1_ += at::eq(top1(first), top1(second)).sum().item<int64_t>();
}

Agreement AgreementMeter::agreement() const {
  return {.samples = samples_,
          .same_top1 = same_top1_,
          .cosine = similarity_.cosine(),
          .sqnr_db = similarity_.sqnr_db(),
          .max_difference = similarity_.max_difference(),
          .differing = similarity_.differing()};
}

}  // namespace qtool
