#pragma once
#include <string>

#include "job/verify.h"

namespace qtool {

/// What `qtool verify --json` prints.
[[nodiscard]] std::string to_json(const VerifyResult& result);

}  // namespace qtool
