#include "data/targets.h"

#include "base/error.h"

namespace qtool {

bool is_target_name(const std::string& name) {
  return name == "labels" || name == "targets" || name.starts_with("target_");
}

bool could_be_labels(at::ScalarType dtype, size_t dimensions) {
  return dimensions == 1 && c10::isIntegralType(dtype, /*includeBool=*/false);
}

void require_labels(const std::string& name, at::ScalarType dtype, size_t dimensions,
                    const std::string& where) {
  if (name != "labels" || could_be_labels(dtype, dimensions)) return;
  throw Error(
      ErrorKind::kUsage,
      {.what = "labels must be one whole number for each sample",
       .where = where,
       .got = std::string(c10::toString(dtype)) + " with " + std::to_string(dimensions) + " dimensions",
       .expected = "whole numbers of shape [N]",
       .fix = "save class indices, not one-hot rows or names; what is no class of a sample is called "
              "'targets'"});
}

at::Tensor as_target(const at::Tensor& stored) {
  if (stored.is_floating_point()) return stored.to(at::kFloat);
  return stored.scalar_type() == at::kBool ? stored : stored.to(at::kLong);
}

}  // namespace qtool
