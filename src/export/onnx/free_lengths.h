#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "export/onnx/onnx_model.h"

namespace qtool::onnx {

/// A length of inputs that a file could leave open besides the batch: it is the same in all its places.
struct FreeLength {
  struct Place {
    size_t input, axis;
  };
  std::string name;  ///< `sequence`
  std::vector<Place> places = {};
  int64_t least = 1, most = std::numeric_limits<int64_t>::max();
};

/// What could be steps of a sequence where nothing says which lengths are free: the second axis of whole numbers
/// [batch, steps] and of [batch, steps, features].
[[nodiscard]] std::vector<FreeLength> sequence_lengths(const std::vector<at::Tensor>& example);

/// The length in `example`, and two shorter ones; nothing where it is too short for that.
[[nodiscard]] std::vector<int64_t> lengths_to_try(const FreeLength& length,
                                                  const std::vector<at::Tensor>& example);
/// The beginning of `example`, of another length.
[[nodiscard]] std::vector<at::Tensor> at_length(const FreeLength& length, int64_t steps,
                                                std::vector<at::Tensor> example);

/// Names the length in inputs and outputs of `file`, whose lengths were `lengths` when `made` were made of them.
void name_length(const FreeLength& length, const std::vector<int64_t>& lengths,
                 const std::vector<Model>& made, Model& file);

}  // namespace qtool::onnx
