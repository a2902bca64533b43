#pragma once
#include <string>
#include <vector>

#include "small_net.h"

namespace qtool {

/// A network that has one operator between two int8 layers.
struct OperatorCase {
  std::string kind;    ///< of the operator under test, `aten::mul`
  std::string detail;  ///< tells cases of one kind apart
  std::string kernel;  ///< text that the int8 graph has for it; empty: none of its own
  SmallNet net;
};

[[nodiscard]] const std::vector<OperatorCase>& operator_cases();

}  // namespace qtool
