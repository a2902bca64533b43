#pragma once
#include <string>

namespace torch::jit {
struct Module;
}

namespace qtool {

/// Reads a TorchScript file in eval mode. Throws Error(kUsage) that says which of these the file is instead:
/// missing, a folder, empty, truncated, ONNX, a state dict or another pickle, or TorchScript with an operator
/// that this LibTorch lacks or without a forward().
[[nodiscard]] torch::jit::Module load_torchscript(const std::string& path);

}  // namespace qtool
