#include "measure/class_map.h"

#include <ATen/TensorOperators.h>

#include <vector>

#include "base/error.h"

namespace qtool {
namespace {

constexpr int64_t kVoid = 255;

}  // namespace

at::Tensor class_map(const at::Tensor& targets, int64_t classes, const std::string& where,
                     int64_t first_sample) {
  at::Tensor values = targets.to(at::kCPU, at::kLong, /*non_blocking=*/false, /*copy=*/true).contiguous();
  auto* value = values.data_ptr<int64_t>();
  const int64_t each = values.size(0) > 0 ? values.numel() / values.size(0) : 0;
  for (int64_t i = 0; i < values.numel(); ++i) {
    if (value[i] < 0 || (value[i] == kVoid && classes <= kVoid)) value[i] = -1;
    if (value[i] < classes) continue;
    throw Error(
        ErrorKind::kUsage,
        {.what = "a target lies outside the model's classes",
         .where = where,
         .got = std::to_string(value[i]) + " in sample " + std::to_string(first_sample + i / each),
         .expected = "0 to " + std::to_string(classes - 1) + "; negative numbers and 255 are left out",
         .fix = "check that the data and the model belong together"});
  }
  return values;
}

bool is_class_map(const at::Tensor& targets, const at::Tensor& scores, int64_t axis) {
  if (!scores.is_floating_point() || !c10::isIntegralType(targets.scalar_type(), /*includeBool=*/false))
    return false;
  if (scores.dim() < 2 || axis >= scores.dim() || scores.size(axis) < 2) return false;
  std::vector<int64_t> shape = scores.sizes().vec();
  shape.erase(shape.begin() + axis);
  return targets.sizes() == at::IntArrayRef(shape);
}

}  // namespace qtool
