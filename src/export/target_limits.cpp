#include "export/target_limits.h"

#include <algorithm>

namespace qtool {
namespace {

using Reason = std::function<std::string(const OperatorView&)>;

/// The reasons of all that have one, each behind the name of the backend that gives it.
Reason named_reasons(const std::vector<Backend>& backends, Reason Backend::*which) {
  return [backends, which](const OperatorView& op) {
    std::string reasons;
    for (const auto& backend : backends) {
      const auto reason = backend.*which ? (backend.*which)(op) : "";
      if (!reason.empty()) reasons += (reasons.empty() ? "" : "; ") + backend.name + ": " + reason;
    }
    return reasons;
  };
}

Backend merged(const std::vector<Backend>& backends) {
  Backend all{.float_outputs = !backends.empty(),
              .int8_tables = !backends.empty(),
              .weight_groups = !backends.empty(),
              .dynamic_recurrence = !backends.empty(),
              .objection = named_reasons(backends, &Backend::objection),
              .needs_7_bit_weight = named_reasons(backends, &Backend::needs_7_bit_weight)};
  for (const auto& backend : backends) {
    all.name += (all.name.empty() ? "" : ", ") + backend.name;
    all.activation_bits = std::min(all.activation_bits, backend.activation_bits);
    all.symmetric_activations |= backend.symmetric_activations;
    all.integer_biases |= backend.integer_biases;
    all.float_outputs &= backend.float_outputs;
    all.int8_tables &= backend.int8_tables;
    all.weight_groups &= backend.weight_groups;
    all.dynamic_recurrence &= backend.dynamic_recurrence;
  }
  const auto fuses = [&](const Backend& backend) { return backend.fuses != nullptr; };
  if (std::all_of(backends.begin(), backends.end(), fuses))
    all.fuses = [backends](const std::string& layer, const OperatorView& next) {
      return std::all_of(backends.begin(), backends.end(),
                         [&](const Backend& backend) { return backend.fuses(layer, next); });
    };
  // One that gains nothing by int8 does not speak for one that does.
  const auto gains_nothing = [&](const Backend& backend) { return backend.better_in_float != nullptr; };
  if (std::all_of(backends.begin(), backends.end(), gains_nothing))
    all.better_in_float = [backends](const OperatorView& op) {
      std::string reason;
      for (const auto& backend : backends) {
        reason = backend.better_in_float(op);
        if (reason.empty()) break;
      }
      return reason;
    };
  all.is_doubtful = [backends](const OperatorView& op) {
    return std::any_of(backends.begin(), backends.end(), [&](const Backend& backend) {
      return backend.is_doubtful && backend.is_doubtful(op);
    });
  };
  return all;
}

}  // namespace

Backend limits_of(const std::vector<const Target*>& targets, Engine engine) {
  std::vector<Backend> backends;
  for (const auto* target : targets) {
    if (!target->limits) continue;
    backends.push_back(target->limits(engine));
    if (targets.size() > 1) backends.back().name = target->name;
  }
  return backends.size() == 1 ? backends[0] : merged(backends);
}

}  // namespace qtool
