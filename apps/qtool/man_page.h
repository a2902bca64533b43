#pragma once
#include <string>
#include <vector>

#include "command.h"

namespace qtool {

/// qtool(1) in the man macros of groff, from the same tables as --help.
[[nodiscard]] std::string man_page(const std::vector<Command>& commands);

}  // namespace qtool
