#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "data/input_order.h"

namespace qtool {

/// Inputs of models that no array of the data holds: one number for all samples (`set=` of a data spec).
class SetInputs {
 public:
  /// Throws Error(kUsage) where a model has no input of such a name, or models have it in different places.
  SetInputs(const std::vector<std::pair<std::string, double>>& numbers, const ReaderInputs& readers,
            const std::string& where);

  /// The inputs that arrays are for.
  [[nodiscard]] const ReaderInputs& others() const { return others_; }
  /// Puts the numbers in their places among the other inputs of so many samples: whole ones as int64, others as
  /// float32.
  void add_to(std::vector<at::Tensor>& inputs, int64_t samples) const;
  /// Likewise their names.
  void add_to(std::vector<std::string>& names) const;

 private:
  struct SetInput {
    size_t place;
    std::string name;
    double number;
  };
  std::vector<SetInput> set_;  ///< by their places
  ReaderInputs others_;
};

}  // namespace qtool
