#pragma once
#include <string>
#include <vector>

#include "config/batch_config.h"

namespace qtool {

/// A JSON Schema (draft 2020-12) of what read_config() and read_batch() take, for editors: batch files, and files of
/// one job. From the same trees that read them. What it cannot say: that files are there, and that names and folders
/// differ.
[[nodiscard]] std::string json_schema(const std::vector<JobKind>& kinds);

}  // namespace qtool
