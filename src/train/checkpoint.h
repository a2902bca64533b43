#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// Tensors by name, in a file that is either whole or not there: a TorchScript module with one buffer for
/// each tensor, so that Python can look into it as well. Order is kept; names are free.
void save_tensors(const std::string& path, const std::vector<NamedTensor>& tensors);
/// Throws Error(kUsage) where the file is damaged or is something else.
[[nodiscard]] std::vector<NamedTensor> load_named_tensors(const std::string& path);

/// Text as uint8 [length], and back, to put it among the tensors.
[[nodiscard]] at::Tensor text_tensor(const std::string& text);
[[nodiscard]] std::string tensor_text(const at::Tensor& bytes);

}  // namespace qtool
