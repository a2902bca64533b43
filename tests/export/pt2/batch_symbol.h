#pragma once
#include <string>

namespace qtool {

/// A batch of any size, as a program of torch.export writes it.
inline const std::string kBatch = "Symbol('s0', positive=True, integer=True)";

}  // namespace qtool
