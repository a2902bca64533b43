#pragma once
#include <cstdint>

#include "base/names.h"
#include "options/options.h"

namespace qtool {

enum class ScheduleKind { kConstant, kCosine, kOneCycle };
template <>
struct Names<ScheduleKind> {
  static constexpr const char* kind = "schedule";
  static constexpr NamedValue<ScheduleKind> table[] = {
      {ScheduleKind::kConstant, "constant", "after a linear warm-up, the same rate to the end"},
      {ScheduleKind::kCosine, "cosine", "after a linear warm-up, down to zero along half a cosine"},
      {ScheduleKind::kOneCycle, "one-cycle", "up from 1/25 of the rate along half a cosine, down likewise"}};
};

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::kOneCycle;
  double warm_up = 0.2;  ///< share of all steps in which the rate rises; 0: none
};
template <class Visitor>
void describe(Visitor& v, ScheduleOptions& o) {
  v.field("schedule", o.kind, "how the learning rate changes");
  v.field("warm_up", o.warm_up, "share of all steps in which the learning rate rises", between(0, 0.9));
}

/// Learning rate of step `step` of `steps` (both count optimizer steps, from 0), where `peak` is the highest.
/// A pure function: a resumed run needs to remember nothing but the step.
/// Source of one-cycle: Smith, Topin, "Super-Convergence", arXiv:1708.07120, in the form of PyTorch's
/// OneCycleLR (start at peak / 25, cosine both ways), but ending at zero as the cosine schedule does.
/// Source of cosine: Loshchilov, Hutter, "SGDR", arXiv:1608.03983.
[[nodiscard]] double learning_rate_at(const ScheduleOptions& options, double peak, int64_t step,
                                      int64_t steps);

}  // namespace qtool
