#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace qtool {

/// Where a node stood before its module was inlined.
struct ModulePlace {
  std::string path = {};  ///< module path, empty at the top
  bool is_leaf = false;   ///< the module has no submodules
};

/// By the calls that inlining wrote down, else as set_place() has it.
[[nodiscard]] ModulePlace place_of(const torch::jit::Node* node);

/// For a graph that was never inlined. The place stands in the node's scope, which copies of the node keep.
void set_place(torch::jit::Node* node, const ModulePlace& place);

}  // namespace qtool
