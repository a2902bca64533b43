#pragma once
#include <string>

#include "export/onednn/onednn_limits.h"
#include "export/torchscript/engine.h"
#include "graph/model.h"
#include "small_net.h"

namespace qtool {

/// What comes of a model: its simulation, and its int8 form as loaded back from a file.
struct Int8Run {
  Engine engine;  ///< that the int8 form is for
  Solution prepared;
  Model simulated, int8;
};

[[nodiscard]] Int8Run quantize_for(Engine engine, const Model& model, const at::Tensor& input,
                                   const Recipe& recipe = {});

/// Likewise on oneDNN's operators for plain tensors, which know no engine.
[[nodiscard]] Int8Run quantize_for_onednn(const Model& model, const at::Tensor& input,
                                          const Backend& backend = onednn_backend());

/// False where `backend` cannot run the operator under test, of kind `kind`: it is planned as float then, with the
/// backend's reason. All others are int8.
[[nodiscard]] bool is_taken(const Int8Run& run, const std::string& kind, const Backend& backend);

/// The model written and read again.
[[nodiscard]] Model written_and_read(const Model& model);

/// Difference of the first outputs on `input`, in steps of the grid that the output has; where it is float, of one of
/// 8 bits that covers it.
struct Steps {
  double max = 0;
  double differing = 0;  ///< share of the elements that are half a step apart or more
};
[[nodiscard]] Steps compare(Int8Run& run, const at::Tensor& input);

}  // namespace qtool
