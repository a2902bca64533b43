#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Gives `to`, which qtool made of `from`, what a client may ask a model for besides forward(): extra files, attributes
/// of the top module that hold no weights (`names`, `stride`), and methods that need nothing but such attributes.
void carry_over(const Model& from, Model& to);

/// What carry_over() leaves out, a name each: `predict()`, `encoder.encode()`, `anchors`. Methods that forward() calls
/// and whose names begin with an underscore are not named: they are parts of it.
[[nodiscard]] std::vector<std::string> left_out(const Model& model);

}  // namespace qtool
