#pragma once
#include <vector>

#include "graph/model.h"
#include "measure/agreement.h"
#include "report/job/report.h"

namespace qtool {

/// One batch of inputs, and what a reference (canonical) makes of it: how near do other models come?
class Trial {
 public:
  /// `sample` must hold inputs.
  Trial(const Model& reference, std::vector<at::Tensor> sample);
  [[nodiscard]] Agreement run(Model& model) const;
  [[nodiscard]] int64_t samples() const { return sample_[0].size(0); }

 private:
  std::vector<at::Tensor> sample_, expected_;
};

/// Power of the error by that of the signal; 0 where the outputs could not be compared.
[[nodiscard]] double noise_of(const Agreement& agreement);
[[nodiscard]] ReportQuality quality_of(const Agreement& agreement);
/// What `better` has more than `worse`; SQNR of 0 dB more where both are infinite.
[[nodiscard]] ReportQuality gain_of(const Agreement& better, const Agreement& worse);

}  // namespace qtool
