#pragma once
#include "job/inspect.h"

namespace qtool {

/// The plan on stdout, as a table or as JSON.
void print_inspection(const InspectResult& result, bool json);

}  // namespace qtool
