#pragma once
#include <string>
#include <vector>

namespace qtool {

/// A file that a job would write must not be its input: throws Error(kUsage) where `input` is one of the files
/// `names` in `folder`.
void check_input_is_not_output(const std::string& input, const std::string& folder,
                               const std::vector<const char*>& names);

}  // namespace qtool
