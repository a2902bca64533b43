#pragma once
#include <string>

#include "graph/model.h"
#include "graph/user_module.h"

namespace qtool {

/// Whether the first bytes of a file can be those of a TorchScript file, which is a zip archive.
[[nodiscard]] bool is_torchscript(const std::string& path, const std::string& head);

/// Reads a TorchScript file in eval mode. Throws Error(kUsage) that says what the file is instead: truncated, a state
/// dict or another pickle, or TorchScript with an operator that this LibTorch lacks or without a forward().
[[nodiscard]] Model read_torchscript(const std::string& path);

/// Reads a TorchScript file of the user's that is no model, with the same checks of what its code may call. Throws
/// Error(kUsage) likewise.
[[nodiscard]] UserModule read_user_module(const std::string& path);

}  // namespace qtool
