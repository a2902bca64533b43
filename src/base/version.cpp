#include "base/version.h"

#include <torch/version.h>

namespace qtool {

std::string qtool_version() { return QTOOL_VERSION; }
std::string libtorch_version() { return TORCH_VERSION; }

}  // namespace qtool
