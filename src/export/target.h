#pragma once
#include <span>
#include <string>
#include <string_view>

#include "export/torchscript/engine.h"
#include "graph/model.h"
#include "improve/solution.h"

namespace qtool {

/// A kind of file that a solution is written as, for a runtime: one row of the table in target.cpp.
struct Target {
  std::string_view name;   ///< e.g. `libtorch`
  const char* file;        ///< its name in a job's folder
  std::string_view about;  ///< what it is, for people
  /// What its kernels can do on this processor, for the plan; null: whatever a plan says.
  Backend (*limits)(Engine engine);
  /// The precisions that an operator of the file can have.
  std::span<const Precision> precisions;
  /// Writes the file. What `original` holds besides forward() goes in as well (graph/belongings.h). Throws
  /// Error(kUnquantizable) where it cannot be made, e.g. for an operator whose precision the target has not,
  /// Error(kMachine) where it cannot be written.
  void (*write)(const Solution& solution, const Model& original, const std::string& path);
  /// Opens a written file as a client of the runtime does. Throws Error(kUsage) where it does not load.
  Model (*open)(const std::string& path);
};

/// All that there are: those with kernels of their own first, the simulation last.
[[nodiscard]] std::span<const Target> targets();
/// int8 by LibTorch's `quantized::` operators.
[[nodiscard]] const Target& libtorch_target();
/// The float model that computes what int8 does: what any LibTorch runs, and qat begins with.
[[nodiscard]] const Target& simulation_target();

}  // namespace qtool
