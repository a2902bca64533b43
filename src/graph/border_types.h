#pragma once
#include "graph/model.h"

namespace qtool {

/// A model that computes in float32, with `types` at its border: what comes in as another floating-point type is cast
/// before it is read, what goes out is cast last. The casts are operators of the graph, so that each kind of file has
/// them; values keep their names. Shares its tensors with `model`, which must be canonical.
///
///   forward(%x):                            forward(%x.1):
///     %y = aten::linear(%x, %w, %b)           %x = aten::to(%x.1, 6, ...)
///     return %y                       ->      %y = aten::linear(%x, %w, %b)
///                                             %y_1 = aten::to(%y, 5, ...)
///                                             return %y_1
///
/// Throws Error(kUnquantizable) by operator where forward() returns a list of tensors whose length the code does not
/// show.
[[nodiscard]] Model with_border_types(const Model& model, const BorderTypes& types);

}  // namespace qtool
