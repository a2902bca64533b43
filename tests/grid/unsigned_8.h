#pragma once
#include "grid/scheme.h"

namespace qtool {

inline const auto kUint8 = QuantScheme::activation(8, Symmetry::kAffine);

}  // namespace qtool
