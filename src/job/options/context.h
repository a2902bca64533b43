#pragma once
#include <string>

#include "base/progress.h"
#include "job/options/common_options.h"

namespace qtool {

/// What every job gets besides its own options, from the command line or a test.
struct Context {
  const CommonOptions& common;
  const std::string& resolved_config;  ///< what --print-config prints; becomes config.resolved.yaml
  Progress& progress;
};

}  // namespace qtool
