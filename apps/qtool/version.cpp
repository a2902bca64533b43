#include "version.h"

#include <ATen/Context.h>

#include <algorithm>

#include "base/cpu.h"
#include "base/names.h"
#include "base/version.h"

namespace qtool {

std::string version_text() {
  std::vector<std::string> engines;
  for (const at::QEngine engine : at::globalContext().supportedQEngines()) {
    if (engine == at::QEngine::NoQEngine) continue;
    std::string name = c10::toString(engine);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    engines.push_back(name);
  }
  return "qtool " + qtool_version() + "\nLibTorch " + libtorch_version() + "\nengines: " + join(engines) +
         "\nCPU features: " + join(cpu_features()) + "\n";
}

}  // namespace qtool
