#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "job/inspect.h"

namespace qtool {

/// The manifest as the last lines of what is printed; empty where there is none.
[[nodiscard]] std::string manifest_text(const std::string& manifest);
/// The same as JSON; null where there is none, or it is not JSON.
[[nodiscard]] nlohmann::ordered_json manifest_json(const std::string& manifest);

/// The plan on stdout, as a table or as JSON.
void print_inspection(const InspectResult& result, bool json);

}  // namespace qtool
