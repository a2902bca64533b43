#pragma once
#include <torch/csrc/jit/api/module.h>

#include "plan/plan.h"
#include "simulate/fake_quant_state.h"

namespace qtool {

/// Makes the fake-quant modules of a file: TorchScript classes on standard operators, whose source anyone can read in
/// the file. Beside the state (simulate/fake_quant_state.h) a module has its grid (`qmax`, `symmetric`; of a weight
/// `qmin`, `qmax`, its range's ends in steps, `axis`, -1 for one scale, and `group`, 0 for none), and these methods:
///
///   forward(x)     while observing: moves the range and the grid; while enabled: rounds
///   to_steps(x)    activations only: x in whole steps from zero, for averages,
///   from_steps(n)  and back: n rounded to whole steps, as a real value
///   lstm(...)      of grids that are found at run time: the operator, step by step as its int8 kernel runs it,
///   gru(...)       with weights that are rounded already,
///   lstm_cell(...), gru_cell(...)  and one step of them
class FakeQuantModules {
 public:
  FakeQuantModules();
  [[nodiscard]] torch::jit::Module make(const Site& site, const FakeQuantState& state) const;

 private:
  torch::jit::Module activation_, at_run_time_,
      weight_;  ///< prototypes: all modules of a kind are of one class
};

}  // namespace qtool
