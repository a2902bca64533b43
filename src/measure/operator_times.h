#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qtool {

/// Time of all calls of one operator, its inner operators included.
struct OperatorTime {
  std::string name;  ///< e.g. `aten::conv2d`, `quantized::conv2d_relu`
  int64_t calls = 0;
  double total_ms = 0;
  double share = 0;  ///< of the whole wall-clock time, from 0 to 1
};

struct OperatorTimes {
  double total_ms = 0;                ///< wall-clock time of all runs, what lies between operators included
  std::vector<OperatorTime> entries;  ///< slowest first
};

/// Calls `run` `runs` times and times the operators that it calls on this thread through LibTorch's
/// dispatcher. An operator that another one calls is counted with the outer one only. Timing costs about a
/// microsecond an operator.
[[nodiscard]] OperatorTimes time_operators(const std::function<void()>& run, int64_t runs);

}  // namespace qtool
