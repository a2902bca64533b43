#pragma once
#include <string>
#include <vector>

namespace qtool {

/// Names of the inputs of the models that read the same batches, one list for each model (Model::input_names).
using ReaderInputs = std::vector<std::vector<std::string>>;

/// Which array of the data is which input.
struct InputOrder {
  std::vector<size_t> arrays = {};  ///< for each input its array; empty: as they come
  std::string warning = {};         ///< where names did not fit and the order had to tell
};

/// Matches named arrays with inputs: by name where names fit; where none does, in the order in which they come. Without
/// names or readers they stay as they come. Throws Error(kUsage) that lists the names where some fit and others do not,
/// where there are too many or too few, or where two models want them in a different order. `where` names the data.
[[nodiscard]] InputOrder order_inputs(const std::vector<std::string>& arrays, const ReaderInputs& readers,
                                      const std::string& where);

}  // namespace qtool
