#include "measure/exact_match.h"
#include "measure/f1.h"
#include "measure/mean_error.h"
#include "measure/metric.h"
#include "measure/miou.h"
#include "measure/perplexity.h"
#include "measure/same_top1.h"
#include "measure/top1.h"
#include "measure/top5.h"

namespace qtool {

std::span<const MetricKind> metrics() {
  using enum Better;
  using enum Against;
  static const MetricKind table[] = {
      {{"top1", "top-1", "%", kHigher, kLabels}, make_top1},
      {{"top5", "top-5", "%", kHigher, kLabels}, make_top5},
      {{"f1", "macro F1", "%", kHigher, kLabels}, make_f1, nullptr, "", Asked::kByName},
      {{"miou", "mean IoU", "%", kHigher, kTargets}, make_miou, has_miou, kMapsOfClasses},
      {{"mse", "mean squared error", "", kLower, kTargets}, make_mse, has_errors, kSameShape},
      {{"mae", "mean absolute error", "", kLower, kTargets}, make_mae, has_errors, kSameShape},
      {{"psnr", "PSNR", "dB", kHigher, kTargets}, make_psnr, has_errors, kSameShape, Asked::kByName},
      {{"perplexity", "perplexity", "", kLower, kTargets},
       make_perplexity,
       has_tokens,
       kTokens,
       Asked::kByName},
      {{"exact", "exact match", "%", kHigher, kTargets},
       make_exact_match,
       has_sequences,
       kSequences,
       Asked::kByName},
      {{"agreement", "same top-1", "%", kHigher, kReference}, make_same_top1, has_same_top1},
  };
  return table;
}

}  // namespace qtool
