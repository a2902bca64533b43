#pragma once
#include <filesystem>
#include <string>

#include "options/option_tree.h"

namespace qtool {

/// `text` with its relative path put behind `folder`, for fields with path_field or spec_field; any other
/// text as it is. `zoo:NAME`, `random:SHAPE` and empty texts hold no path.
[[nodiscard]] std::string resolve_path(const OptionField& field, const std::string& text,
                                       const std::filesystem::path& folder);

}  // namespace qtool
