#pragma once
#include <string>

#include "job/inspect.h"

namespace qtool {

/// What `qtool inspect` prints of an ONNX file.
[[nodiscard]] std::string onnx_json(const InspectResult& result);
[[nodiscard]] std::string onnx_text(const InspectResult& result);

}  // namespace qtool
