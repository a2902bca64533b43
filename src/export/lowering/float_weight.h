#pragma once
#include <string>

#include "export/lowering/stored_state.h"
#include "grid/qparams.h"

namespace qtool {

/// A weight that a file holds at its bits, and that operators read in float: `float_weight`, made when the file is
/// loaded.
[[nodiscard]] StoredState stored_weight(const std::string& path, const at::Tensor& weight,
                                        const QParams& qparams);

/// One that stays int8, of which single rows are read: `rows`, and where each has its own scale `weight_scale`, which
/// is a column, or in groups a row for each row.
[[nodiscard]] StoredState stored_table(const std::string& path, const at::Tensor& weight,
                                       const QParams& qparams);

}  // namespace qtool
