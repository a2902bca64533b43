#pragma once
#include <string>
#include <vector>

#include "graph/model.h"

namespace qtool {

/// What torch.save wrote: a tensor or a list or tuple of tensors (names are empty), or a dict of str to
/// tensor (its keys, in the order in which they were put in). On the CPU. Throws Error(kUsage) where the file
/// is missing, damaged, older than PyTorch 1.6's zip format, or holds anything else.
[[nodiscard]] std::vector<NamedTensor> load_tensors(const std::string& path);

}  // namespace qtool
