#pragma once
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

namespace qtool {

/// Switches off what a model does only while it is trained, although eval() was called: a trace made in training mode
/// has the mode of dropout and batch norm as constants, and so has a scripted F.dropout(x). In place; forward() is
/// inlined where there is anything to switch. Batch norm without running statistics stays as it is.
///
///   %y = aten::dropout(%x, %p, %true)  ->  %y = aten::dropout(%x, %p, %false)
///
/// Returns what the user must know, a sentence each: what was switched, and which operators draw random numbers.
[[nodiscard]] std::vector<std::string> leave_training_mode(torch::jit::Module& module);

}  // namespace qtool
