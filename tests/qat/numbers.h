#pragma once
#include <limits>

namespace qtool {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr float kFloatInfinity = std::numeric_limits<float>::infinity();
inline constexpr double kEps = 1e-5;  ///< of batch norms

}  // namespace qtool
