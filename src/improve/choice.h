#pragma once
#include <string>
#include <vector>

namespace qtool {

inline constexpr const char* kAutoImprovements = "auto";
inline constexpr const char* kNoImprovements = "none";
/// What a job can be asked for: `auto`, `none`, and the names of all rows.
[[nodiscard]] std::vector<std::string> improvement_choices();

/// Whether these are names of rows.
[[nodiscard]] bool is_list_of_improvements(const std::vector<std::string>& names);

/// Throws Error(kUsage) where `auto` or `none` stands beside another name, or a name twice.
void check_improvements(const std::vector<std::string>& names);

}  // namespace qtool
