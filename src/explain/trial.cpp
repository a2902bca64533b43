#include "explain/trial.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "graph/probe.h"
#include "measure/chance.h"

namespace qtool {

Trial::Trial(const Model& reference, std::vector<at::Tensor> sample) : sample_(std::move(sample)) {
  const at::NoGradGuard no_grad;
  same_chance(0);
  expected_ = Probe(reference, {}).run(sample_, [](size_t, const at::Tensor&) {});
}

Agreement Trial::run(Model& model) const {
  const at::NoGradGuard no_grad;
  AgreementMeter meter;
  same_chance(0);
  meter.add(expected_, model.forward(sample_));
  return meter.agreement();
}

double noise_of(const Agreement& agreement) {
  return std::isnan(agreement.sqnr_db) ? 0 : std::pow(10, -agreement.sqnr_db / 10);
}

ReportQuality quality_of(const Agreement& agreement) { return {agreement.sqnr_db, agreement.same()}; }

ReportQuality gain_of(const Agreement& better, const Agreement& worse) {
  const bool same = better.sqnr_db == worse.sqnr_db;
  const bool is_unknown = std::isnan(better.sqnr_db) || std::isnan(worse.sqnr_db);
  ReportQuality gain{.sqnr_db = same || is_unknown ? 0 : better.sqnr_db - worse.sqnr_db};
  if (better.same() && worse.same()) gain.agreement = *better.same() - *worse.same();
  return gain;
}

}  // namespace qtool
