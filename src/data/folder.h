#pragma once
#include <string>

namespace qtool {

/// Throws Error(kUsage) unless `path` is a folder that can be read.
void require_folder(const std::string& path, const char* expected);

}  // namespace qtool
