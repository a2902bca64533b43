#pragma once
/// The unions and records of torch.export's schema (torch/_export/serde/schema.py) that programs are written with.
#include <ATen/core/ivalue.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "export/pt2/size_expression.h"

namespace qtool {

/// schema.py's number of the type; throws Error(kUnquantizable) where it has none.
[[nodiscard]] int64_t pt2_type_number(at::ScalarType type);

/// A constant as an Argument, for the parameter of an operator: types, layouts and memory formats are numbers in a
/// graph.
[[nodiscard]] nlohmann::ordered_json pt2_constant(const c10::IValue& value, const std::string& parameter,
                                                  const c10::TypePtr& type);

/// A SymInt.
[[nodiscard]] nlohmann::ordered_json pt2_size(const SizeExpression& size, int64_t hint);

/// A TensorMeta, of a tensor on the CPU.
[[nodiscard]] nlohmann::ordered_json pt2_tensor_meta(at::ScalarType type, nlohmann::ordered_json sizes,
                                                     nlohmann::ordered_json strides);
/// The same of a tensor that is there.
[[nodiscard]] nlohmann::ordered_json pt2_tensor_meta(const at::Tensor& tensor);

}  // namespace qtool
