#pragma once
#include <initializer_list>
#include <string>

namespace qtool {

/// A file that a job would write must not be its input: throws Error(kUsage) where `input` is one of the files
/// `names` in `folder`.
void check_input_survives(const std::string& input, const std::string& folder,
                          std::initializer_list<const char*> names);

}  // namespace qtool
