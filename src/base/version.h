#pragma once
#include <string>

namespace qtool {

[[nodiscard]] std::string qtool_version();     ///< e.g. `0.1.0`
[[nodiscard]] std::string libtorch_version();  ///< that it was built with, e.g. `2.13.0`

}  // namespace qtool
