#pragma once
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <vector>

namespace qtool {

/// An attribute that forward() writes, and what it holds.
struct StateSlot {
  torch::jit::Module owner;
  size_t slot;
  c10::IValue value;
};

/// Of a module whose forward(), its calls inlined, is this graph.
[[nodiscard]] std::vector<StateSlot> state_slots(const torch::jit::Module& module,
                                                 torch::jit::Graph& forward);

/// One run of a model on so many samples: begins and ends as CarriedState says.
class RunState {
 public:
  RunState(const std::vector<StateSlot>& slots, int64_t samples);
  ~RunState();
  RunState(const RunState&) = delete;
  RunState& operator=(const RunState&) = delete;

 private:
  std::vector<StateSlot> before_;  ///< to be put back
};

}  // namespace qtool
