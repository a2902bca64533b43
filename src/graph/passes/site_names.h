#pragma once
#include <string>

namespace torch::jit {
struct Module;
struct Node;
}  // namespace torch::jit

namespace qtool {

/// Names every operator of the inlined graph by the module path that it stands in, and writes the name on its
/// output value, where copies of the graph keep it. The same names stand in plans, recipes, statistics,
/// reports and errors:
///
///   layers.0.conv1     an operator with a weight: where the weight lives
///   layers.0.relu1     the only operator of a module without submodules
///   layers.0/add       any other operator: module and kind; `add` alone at the top
///   layers.0/add#2     the second of that name
///   0/conv2d           where the path would be a number alone (LibTorch takes no such value name)
///   split/ListUnpack.1 the second tensor of a node that makes several
///
/// Moves tensors that an operator has as constants (frozen models) to attributes `<name>.weight` and
/// `<name>.bias`, and gives operators that share a weight a copy each.
void name_sites(torch::jit::Module& module);

}  // namespace qtool
