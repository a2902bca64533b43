#pragma once
#include <torch/csrc/jit/api/module.h>

#include <string>

#include "graph/model.h"

namespace qtool {

struct LoadedModule {
  torch::jit::Module module;
  FileNotes notes;
};

/// Reads a TorchScript file in eval mode. Throws Error(kUsage) that says which of these the file is instead:
/// missing, a folder, empty, truncated, ONNX, a state dict or another pickle, or TorchScript with an operator
/// that this LibTorch lacks or without a forward().
[[nodiscard]] LoadedModule load_torchscript(const std::string& path);

}  // namespace qtool
