#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/loader.h"
#include "measure/agreement.h"
#include "measure/drop.h"
#include "measure/output_similarity.h"

namespace qtool {

/// One model of a comparison. Anything that answers like a model will do.
struct Candidate {
  std::string name;
  std::function<std::vector<at::Tensor>(const std::vector<at::Tensor>&)> run;
  double step = 0;  ///< scale of the last quantized tensor, for Agreement::differing; 0: not quantized
  std::optional<size_t> other = {};  ///< index of an earlier candidate that it is held against as well
};

struct Evaluation {
  std::string name;
  /// Of all metrics that apply to the first candidate's first batch, in the order of metrics_for(). The reference is
  /// the first candidate; where there is no other, there is none.
  std::vector<MetricResult> metrics = {};
  Agreement with_first = {};  ///< with the first candidate; the first one's own is perfect
  Agreement with_other = {};  ///< with Candidate::other; empty where there is none
  /// Each output against the first candidate's; empty for the first one itself.
  std::vector<OutputQuality> outputs = {};
  double seconds = 0;                                                       ///< time spent in run()
  [[nodiscard]] const MetricResult* metric(const std::string& name) const;  ///< null where there is none
};

/// All candidates over the same batches, in one pass of the loader, without gradients, and with the same random numbers
/// for each where they draw some. `metric` is what choose_metric() takes: the one to put first, or empty. Result in the
/// order of the candidates. Throws Error(kUsage) where a label lies outside the classes, outputs cannot be compared,
/// there is no sample, or the metric does not apply.
[[nodiscard]] std::vector<Evaluation> evaluate(std::span<const Candidate> candidates, Loader& loader,
                                               const std::string& metric = "");

}  // namespace qtool
