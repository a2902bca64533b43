#include "grid/by_scale.h"

#include "grid/along_axis.h"

namespace qtool {

at::Tensor rows_by_scale(const at::Tensor& x, const QuantScheme& scheme) {
  if (scheme.granularity() == Granularity::kPerTensor) return x.reshape({1, -1});
  if (scheme.group() > 0) return x.reshape({-1, scheme.group()});
  return x.transpose(0, scheme.axis()).reshape({x.size(scheme.axis()), -1});
}

at::Tensor spread_by_scale(const at::Tensor& values, const QuantScheme& scheme, const at::Tensor& like) {
  if (scheme.granularity() == Granularity::kPerTensor) return values;
  if (scheme.group() > 0)
    return values.unsqueeze(1).expand({values.numel(), scheme.group()}).reshape(like.sizes());
  return along_axis(values, scheme.axis(), like);
}

}  // namespace qtool
