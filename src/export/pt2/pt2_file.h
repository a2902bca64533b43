#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "export/pt2/dialect.h"
#include "solve/solution.h"

namespace qtool {

/// What a program says besides what it computes.
struct Pt2Surroundings {
  /// The program that the model was read from: its names, symbols, ranges, guards and sample inputs stay. Null: the
  /// model was none.
  std::shared_ptr<const ExportedProgram> origin = {};
  std::vector<at::Tensor> example = {};  ///< without an origin these tell the sizes; the first may be another
  std::string manifest = {};             ///< a record of the file; an empty one is none
};

/// Writes a program of torch.export's that computes what the solution says, in steps between int8 and float that
/// compilers fuse (export/pt2/decomposed_ops.h). Float weights of int8 layers are left out. Throws
/// Error(kUnquantizable) for what a program cannot say.
void write_pt2(const Solution& solution, const Pt2Surroundings& surroundings, const Pt2Dialect& dialect,
               const std::string& path);

/// Why a canonical model cannot be written as such a program, a reason for each operator, with its line; empty: it can.
[[nodiscard]] std::vector<std::string> objections_to_pt2(const Model& canonical);

}  // namespace qtool
