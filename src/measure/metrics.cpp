#include "measure/metric.h"
#include "measure/same_top1.h"
#include "measure/top1.h"
#include "measure/top5.h"

namespace qtool {

std::span<const MetricKind> metrics() {
  static const MetricKind table[] = {
      {{"top1", "top-1", "%", Better::kHigher, Against::kLabels}, make_top1},
      {{"top5", "top-5", "%", Better::kHigher, Against::kLabels}, make_top5},
      {{"agreement", "same top-1", "%", Better::kHigher, Against::kReference}, make_same_top1, has_same_top1},
  };
  return table;
}

}  // namespace qtool
